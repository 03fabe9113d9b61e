import { Environment } from '@marcbachmann/cel-js'
import { compilePattern, occursIn } from './patterns.rules.ts'

/** The engine's own `matches` runs a backtracking regular expression; calls are renamed to this one, of equal length. */
export const LINEAR_MATCHES = 're2find'

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
