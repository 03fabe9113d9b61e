import { Environment } from '@marcbachmann/cel-js'
import { compilePattern, occursIn } from './patterns.rules.ts'

/** The engine's own `matches` runs a backtracking regular expression, its `split` makes lists of any length. */
const LINEAR_MATCHES = 're2find'
const BOUNDED_SPLIT = 'cutup'
/** Calls of these are renamed to our own, of equal length. */
export const REPLACED: ReadonlyMap<string, string> = new Map([
  ['matches', LINEAR_MATCHES],
  ['split', BOUNDED_SPLIT],
])
const MAX_PARTS = 200

/** With a limit, the last part holds what is left, as CEL has it. */
function split(text: string, separator: string, limit = -1n): string[] {
  if (limit === 0n) return []
  const bounded = limit > 0n && limit <= MAX_PARTS
  const parts = text.split(separator, bounded ? Number(limit) : MAX_PARTS + 1)
  if (parts.length > MAX_PARTS) throw new Error(`split() gives at most ${MAX_PARTS} parts`)
  if (!bounded || parts.length < Number(limit)) return parts
  const before = parts.slice(0, -1)
  return [...before, text.slice(before.reduce((length, part) => length + part.length + separator.length, 0))]
}

const STRINGS = [
  'action_type',
  'declared_action_type',
  'declared_goal',
  'agent_id',
  'agent_name',
  'agent_version',
  'target',
  'content',
  'trigger',
  'swarm_id',
  'session_id',
  'task_id',
  'harness_session_id',
  'subagent_uuid',
  'enforcement_mode',
  'intent_source',
  'permission_level',
] as const

const OBJECTS = {
  act: {
    kind: 'string',
    command: 'string',
    statement: 'string',
    request: { method: 'string', url: 'string', body_excerpt: 'string' },
    file: { path: 'string', content_excerpt: 'string', bytes: 'int' },
  },
  tool: { name: 'string', permission: 'string', input: 'dyn' },
  evidence: {
    known: 'bool',
    danger: 'string',
    flags: 'list<string>',
    codes: 'list<string>',
    total: 'int',
    action_type: 'string',
    write_paths: 'list<string>',
    hosts: 'list<string>',
    target: 'string',
  },
  injection: { score: 'int', risk_level: 'string', categories: 'list<string>', combined: 'bool' },
  session: {
    id: 'string',
    decisions: 'int',
    warns: 'int',
    approvals: 'int',
    blocks: 'int',
    minutes: 'double',
    cost_usd: 'double',
    tokens: 'int',
    flags: 'list<string>',
    action_types: 'list<string>',
  },
} as const

/** Bounds the work one expression may ask for; the text itself is limited to 2,000 characters. */
const LIMITS = { maxAstNodes: 400, maxDepth: 40, maxListElements: 200, maxMapEntries: 100, maxCallArguments: 8 }

function declared(): Environment {
  const env = new Environment({ limits: LIMITS })
  for (const name of STRINGS) env.registerVariable(name, 'string')
  for (const [name, schema] of Object.entries(OBJECTS)) env.registerVariable({ name, schema })
  return env
    .registerVariable('risk', 'int')
    .registerVariable('risk_score', 'int')
    .registerVariable('approval_wait_seconds', 'int')
    .registerVariable('estimated_cost_usd', 'double')
    .registerVariable('estimated_tokens', 'int')
    .registerVariable('reversible', 'bool')
    .registerVariable('systems_touched', 'list<string>')
    .registerVariable('write_paths', 'list<string>')
    .registerVariable('intel', 'map<string, dyn>')
    .registerVariable('source_of_truth', 'dyn')
    .registerVariable('now', 'google.protobuf.Timestamp')
    .registerFunction(`string.${LINEAR_MATCHES}(string): bool`, (text: string, pattern: string) =>
      occursIn(compilePattern(pattern), text),
    )
    .registerFunction(`string.${BOUNDED_SPLIT}(string): list<string>`, (text: string, separator: string) =>
      split(text, separator),
    )
    .registerFunction(
      `string.${BOUNDED_SPLIT}(string, int): list<string>`,
      (text: string, separator: string, limit: bigint) => split(text, separator, limit),
    )
}

export const environment = declared()

/** Names of every variable, for error messages. */
export const variableNames: readonly string[] = [
  ...STRINGS,
  ...Object.keys(OBJECTS),
  'risk',
  'risk_score',
  'approval_wait_seconds',
  'estimated_cost_usd',
  'estimated_tokens',
  'reversible',
  'systems_touched',
  'write_paths',
  'intel',
  'source_of_truth',
  'now',
].sort()

/** Fields of an object variable, for error messages; undefined when it is none. */
export function fieldNames(variable: string): readonly string[] | undefined {
  const schema: Readonly<Record<string, object>> = OBJECTS
  return Object.hasOwn(schema, variable) ? Object.keys(schema[variable] ?? {}) : undefined
}
