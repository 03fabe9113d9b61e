import { buildGrade, span } from './build-grade.rules.ts'
import type { Finding, Grade } from './schema.ts'
import { dangerRank } from './schema.ts'
import { parseSql } from './sql-ast.rules.ts'
import { isAmbiguous } from './sql-lex.rules.ts'
import { readSql } from './sql-tokens.rules.ts'
import type { SqlFact } from './sql-verbs.rules.ts'
import { VERBS } from './sql-verbs.rules.ts'

export { isSqlParserLoaded, loadSqlParser, readsWithoutParser } from './sql-ast.rules.ts'

const MAX_LENGTH = 32_768
const DDL = new Set([
  'alter',
  'create',
  'drop_object',
  'drop_table',
  'drop_column',
  'drop_cascade',
  'drop_database',
  'truncate',
  'rename',
  'replace_table',
])

/** Shells of stores that do not speak SQL: the few calls that empty them. */
const OTHER_STORES: readonly (readonly [RegExp, string])[] = [
  [
    /\.\s*(?:dropDatabase|dropAllUsers|dropAllRoles|drop|dropIndexes|shutdownServer)\s*\(/,
    'Drops a collection or a database.',
  ],
  [/\.\s*(?:deleteMany|remove|deleteAll|updateMany)\s*\(\s*(?:\{\s*\}|\))/, 'Deletes or changes every document.'],
  [
    /^\s*(?:FLUSHALL|FLUSHDB|SHUTDOWN|DEBUG\s+SEGFAULT|CONFIG\s+SET\s+(?:dir|dbfilename)|SLAVEOF|REPLICAOF|MODULE\s+LOAD)\b/i,
    'Empties or takes over a key-value store.',
  ],
  [/\bdropDatabase\s*:|\{\s*"?(?:drop|dropDatabase)"?\s*:/, 'Drops a collection or a database.'],
]

/** Lines a client runs itself before any server sees them: `\! cmd`, `.shell cmd`, `system cmd`. */
const CLIENT_SHELL =
  /^[ \t]*(?:\\!|\.(?:shell|system)\b|!!|system\s+(?!shutdown|kill|flush|drop|reload|stop|start|sync|restart)[a-z./])|\\(?:copy|o|g|w)\b[^\n]*(?:\bprogram\b|\|)|\|\s*(?:ba|z)?sh\b\s*$/im

function foreignFindings(sql: string): Finding[] {
  const found: Finding[] = []
  const shell = CLIENT_SHELL.exec(sql)
  if (shell)
    found.push({ code: 'sql.shell_escape', message: VERBS.shell_escape[3], danger: 'high', span: span(shell[0]) })
  for (const [pattern, message] of OTHER_STORES) {
    const hit = pattern.exec(sql)
    if (hit) found.push({ code: 'sql.store_emptied', message, danger: 'high', span: span(hit[0]) })
  }
  return found
}

function factsOf(sql: string): SqlFact[] {
  const read = readSql({ sql, reading: 'standard', nesting: 0 })
  const other = isAmbiguous(sql) ? readSql({ sql, reading: 'mysql', nesting: 0 }) : []
  const worthParsing = /[(;]|\b(?:delete|update|drop|truncate|copy|with|alter|load)\b/i.test(sql)
  return [...read, ...other, ...((worthParsing ? parseSql(sql) : null) ?? [])]
}

function findingOf({ verb, text }: SqlFact): Finding {
  const [danger, , , message] = VERBS[verb]
  return { code: `sql.${verb}`, message, danger, span: span(text) }
}

/**
 * Grades SQL of any dialect by every verb in it, not by its first word. PostgreSQL's own parser and two readings by
 * tokens look at the same text and the worst finding stands, so a text that servers read differently is not underrated.
 * Call `loadSqlParser` once at start. Never throws.
 */
export function gradeSql(statement: string): Grade {
  const sql = statement.slice(0, MAX_LENGTH)
  const facts = factsOf(sql)
  const worst = facts.reduce<SqlFact>((a, b) => (rankOf(b) > rankOf(a) ? b : a), {
    verb: facts[0]?.verb ?? 'unknown',
    text: sql,
  })
  const findings = [
    ...facts.filter(({ verb }) => VERBS[verb][0] !== 'none' && VERBS[verb][0] !== 'low').map(findingOf),
    ...foreignFindings(sql),
  ]
  if (worst.verb === 'unknown') findings.push(findingOf(worst))
  if (statement.length > MAX_LENGTH)
    findings.push({ code: 'sql.too_long', message: 'The text is too long to be read whole.', danger: 'elevated' })
  const [danger, base, actionType] = VERBS[worst.verb]
  return buildGrade({
    actionType,
    baseRisk: base,
    atLeast: danger,
    findings,
    modifiers: worst.verb === 'update_all' || worst.verb === 'delete_all' ? [{ factor: 'every_row', delta: 20 }] : [],
    flags: [
      ...new Set([
        ...facts.filter(({ verb }) => DDL.has(verb)).map(() => 'ddl'),
        ...findings.filter((f) => dangerRank(f.danger) >= dangerRank('high')).map(() => 'destructive'),
      ]),
    ],
  })
}

function rankOf({ verb }: SqlFact): number {
  return dangerRank(VERBS[verb][0]) * 1000 + VERBS[verb][1]
}
