import type * as LibPgQuery from 'libpg-query'
import type { SqlFact, SqlVerb } from './sql-verbs.rules.ts'
import { ACTING_FUNCTIONS } from './sql-verbs.rules.ts'

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }
type Node = { readonly [key: string]: Json }

/** Deeper text than this is not given to the parser: its stack is not ours. */
const MAX_PARENTHESES = 400
const MAX_NODES = 100_000
let parser: Pick<typeof LibPgQuery, 'parseSync'> | null = null
let missed = 0

/** Loads PostgreSQL's parser (WebAssembly, about 10 ms). Before that, and when it fails, SQL is read by tokens alone. */
export async function loadSqlParser(): Promise<void> {
  const loaded = await import('libpg-query')
  await loaded.loadModule()
  parser = loaded
}

function asNode(value: Json | undefined): Node | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Node) : null
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : ''
}

function inner(value: Json | undefined, kind: string): Node | null {
  return asNode(asNode(value)?.[kind])
}

function strings(value: Json | undefined): string[] {
  return (Array.isArray(value) ? (value as readonly Json[]) : []).flatMap((item) => {
    const text = inner(item, 'String')?.['sval']
    return typeof text === 'string' ? [text] : []
  })
}

/** A constant, as comparable text; null for anything that depends on a row. */
function constant(value: Json | undefined): string | null {
  const node = inner(value, 'A_Const')
  if (!node) return null
  const { location: _, ...rest } = node
  return JSON.stringify(rest)
}

function truthy(value: Json | undefined): boolean {
  const node = inner(value, 'A_Const')
  return inner(node ?? undefined, 'boolval')?.['boolval'] === true
}

/** The column as written, prefix and all: `a.id = b.id` is a join, not a truth. */
function column(value: Json | undefined): string | null {
  const names = strings(inner(value, 'ColumnRef')?.['fields'])
  return names.length > 0 ? names.join('.') : null
}

function comparison(node: Node): boolean {
  const operator = strings(node['name'])[0]
  const [left, right] = [node['lexpr'], node['rexpr']]
  const same = operator === '=' || operator === '<=' || operator === '>='
  const [a, b] = [constant(left), constant(right)]
  if (a !== null && b !== null) return same ? a === b : operator === '<>' && a !== b
  return same && column(left) !== null && column(left) === column(right)
}

/** Whether a condition holds for every row by its own structure. */
function alwaysTrue(condition: Json | undefined): boolean {
  if (condition === undefined || truthy(condition)) return true
  const bool = inner(condition, 'BoolExpr')
  const terms = Array.isArray(bool?.['args']) ? (bool['args'] as readonly Json[]) : []
  if (bool?.['boolop'] === 'OR_EXPR') return terms.some(alwaysTrue)
  if (bool?.['boolop'] === 'AND_EXPR') return terms.every(alwaysTrue)
  if (bool?.['boolop'] === 'NOT_EXPR')
    return inner(inner(terms[0], 'A_Const') ?? undefined, 'boolval') !== null && !truthy(terms[0])
  const expression = inner(condition, 'A_Expr')
  return expression !== null && comparison(expression)
}

const DROPS: Readonly<Record<string, SqlVerb>> = {
  OBJECT_SCHEMA: 'drop_database',
  OBJECT_DATABASE: 'drop_database',
  OBJECT_TABLE: 'drop_table',
  OBJECT_FOREIGN_TABLE: 'drop_table',
  OBJECT_POLICY: 'drop_role',
  OBJECT_PUBLICATION: 'drop_role',
  OBJECT_FOREIGN_SERVER: 'drop_role',
}

function relation(node: Node): { name: string; temp: boolean } {
  const target = asNode(node['relation'])
  return { name: text(target?.['relname']), temp: text(target?.['schemaname']).startsWith('pg_temp') }
}

/** The acts whose meaning hangs on structure; for the others the tokens say the same. */
function verbOf(kind: string, node: Node, temps: ReadonlySet<string>): SqlVerb | null {
  const { name, temp } = relation(node)
  const passing = temp || temps.has(name)
  switch (kind) {
    case 'DeleteStmt':
      return passing ? 'temp' : alwaysTrue(node['whereClause']) ? 'delete_all' : 'delete'
    case 'UpdateStmt':
      return passing ? 'temp' : alwaysTrue(node['whereClause']) ? 'update_all' : 'update'
    case 'DropStmt':
      return dropOf(node, temps)
    case 'DropdbStmt':
    case 'DropOwnedStmt':
    case 'DropTableSpaceStmt':
      return 'drop_database'
    case 'CopyStmt':
      return node['is_program'] === true ? 'program' : typeof node['filename'] === 'string' ? 'file_access' : null
    case 'AlterSystemStmt':
      return 'server_setting'
    case 'LoadStmt':
      return 'untrusted_code'
    case 'FuncCall':
      return ACTING_FUNCTIONS[strings(node['funcname']).at(-1) ?? ''] ?? null
    default:
      return null
  }
}

function dropOf(node: Node, temps: ReadonlySet<string>): SqlVerb | null {
  const verb = DROPS[text(node['removeType'])] ?? (node['behavior'] === 'DROP_CASCADE' ? 'drop_cascade' : 'drop_object')
  if (verb !== 'drop_table') return verb
  const lists = Array.isArray(node['objects']) ? (node['objects'] as readonly Json[]) : []
  const names = lists.map((item) => strings(inner(item, 'List')?.['items']))
  const passing = names.every((parts) => temps.has(parts.at(-1) ?? '') || (parts[0] ?? '').startsWith('pg_temp'))
  return passing ? 'temp' : verb
}

/** `explain` runs what it explains only when told to analyse. */
function analyses(explain: Node): boolean {
  const options = Array.isArray(explain['options']) ? (explain['options'] as readonly Json[]) : []
  return options.some((option) => {
    const element = inner(option, 'DefElem')
    const off = /"sval":"(?:false|off|0)"|"Integer":\{\}|"boolval":\{\}/.test(JSON.stringify(element?.['arg'] ?? null))
    return element?.['defname'] === 'analyze' && !off
  })
}

interface Walk {
  readonly facts: SqlFact[]
  /** Tables the text itself created as temporary, in the order of the text. */
  readonly temps: Set<string>
  text: string
  left: number
}

function descend(value: Json, walk: Walk): void {
  walk.left -= 1
  if (walk.left < 0 || typeof value !== 'object' || value === null) return
  if (Array.isArray(value)) {
    for (const item of value as readonly Json[]) descend(item, walk)
    return
  }
  const object = value as Node
  if (object['relpersistence'] === 't') walk.temps.add(text(object['relname']))
  for (const [kind, child] of Object.entries(object)) {
    const node = asNode(child)
    if (node && /^[A-Z]/.test(kind)) {
      if (kind === 'ExplainStmt' && !analyses(node)) continue
      const verb = verbOf(kind, node, walk.temps)
      if (verb) walk.facts.push({ verb, text: walk.text })
    }
    descend(child, walk)
  }
}

function tooDeep(sql: string): boolean {
  return sql.split(/[([]|\bnot\b|\bcase\b/i).length - 1 > MAX_PARENTHESES
}

/** False until `loadSqlParser` is done: grades then rest on the two readings by tokens alone. */
export const isSqlParserLoaded = (): boolean => parser !== null

/** How often SQL was read before the parser was there: who loads it late judges that again. */
export const readsWithoutParser = (): number => missed

/** Facts by PostgreSQL's own grammar; null when the text is not PostgreSQL, or the parser is not loaded. Never throws. */
export function parseSql(sql: string): SqlFact[] | null {
  if (parser === null) missed += 1
  if (parser === null || sql.includes('\0') || tooDeep(sql)) return null
  try {
    const { stmts } = parser.parseSync(sql)
    const bytes = Buffer.from(sql)
    const walk: Walk = { facts: [], temps: new Set(), text: sql, left: MAX_NODES }
    for (const { stmt, stmt_location: from = 0, stmt_len: length = bytes.length } of stmts ?? []) {
      walk.text = bytes.toString('utf8', from, from + length)
      descend(stmt as unknown as Json, walk)
    }
    return walk.facts
  } catch {
    return null
  }
}
