import { foldType, objectAt, ownValue, riskOf, type Facts } from './facts.ts'

/** Values inside free JSON that a condition may walk: bounds what a hostile caller can make a loop cost. */
export const MAX_VALUES = 2_000

const text = (value: unknown): string => (typeof value === 'string' ? value : '')
const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
const real = (value: unknown): number => (typeof value === 'number' && Number.isFinite(value) ? value : 0)
const whole = (value: unknown): bigint => BigInt(Math.trunc(real(value)))

class Oversized extends Error {}

function walk(value: unknown, left: { count: number }): unknown {
  left.count -= 1
  if (left.count < 0) throw new Oversized()
  if (Array.isArray(value)) return value.map((item) => walk(item, left))
  if (typeof value === 'object' && value !== null) {
    return new Map(Object.entries(value).map(([key, item]) => [key, walk(item, left)]))
  }
  return value === undefined ? null : value
}

/** Values by free field; more than can be shown counts as infinitely many. */
type Sizes = Map<FreeField, number>

/** Free JSON as maps and lists; too large or too deep a value is left empty. */
function freeJson(name: FreeField, value: unknown, sizes: Sizes): unknown {
  const left = { count: MAX_VALUES }
  try {
    const shown = walk(value, left)
    sizes.set(name, MAX_VALUES - left.count)
    return shown
  } catch (error) {
    if (!(error instanceof Oversized || error instanceof RangeError)) throw error
    sizes.set(name, Number.POSITIVE_INFINITY)
    return new Map()
  }
}

function actContext(facts: Facts): object {
  const act = facts.request.act
  const request = objectAt(act, 'request')
  const file = objectAt(act, 'file')
  return {
    kind: text(ownValue(act, 'kind')),
    command: text(ownValue(act, 'command')),
    statement: text(ownValue(act, 'statement')),
    request: {
      method: text(ownValue(request, 'method')),
      url: text(ownValue(request, 'url')),
      body_excerpt: text(ownValue(request, 'body_excerpt')),
    },
    file: {
      path: text(ownValue(file, 'path')),
      content_excerpt: text(ownValue(file, 'content_excerpt')),
      bytes: whole(ownValue(file, 'bytes')),
    },
  }
}

function evidenceContext(grade: Facts['evidence']): object {
  return {
    known: grade !== null,
    danger: grade?.danger ?? '',
    flags: [...(grade?.flags ?? [])],
    codes: grade?.reasons.map((finding) => finding.code) ?? [],
    total: whole(grade?.total),
    action_type: grade?.actionType ?? '',
    write_paths: [...(grade?.writePaths ?? [])],
    hosts: [...(grade?.hosts ?? [])],
    target: grade?.target ?? '',
  }
}

function sessionContext(facts: Facts): object {
  const session = facts.session
  return {
    id: session?.id ?? '',
    decisions: whole(session?.decisions),
    warns: whole(session?.warns),
    approvals: whole(session?.approvals),
    blocks: whole(session?.blocks),
    minutes: real(session?.minutes),
    cost_usd: real(session?.cost_usd),
    tokens: whole(session?.tokens),
    flags: [...(session?.flags ?? [])],
    action_types: [...(session?.action_types ?? [])],
  }
}

function injectionContext(injection: Facts['injection']): object {
  return {
    score: whole(injection?.score),
    risk_level: injection?.risk_level ?? 'none',
    categories: [...(injection?.categories ?? [])],
    combined: injection?.combined ?? false,
  }
}

/** Every variable by the way it is read from the facts. */
const READERS: Readonly<Record<string, (facts: Facts, sizes: Sizes) => unknown>> = {
  action_type: (facts) => foldType(facts.actionType),
  declared_action_type: (facts) => foldType(facts.declaredActionType),
  declared_goal: (facts) => text(facts.request.declared_goal),
  agent_id: (facts) => facts.agentId ?? '',
  agent_name: (facts) => text(facts.request.agent_name),
  agent_version: (facts) => text(facts.request.agent_version),
  target: (facts) => facts.target ?? '',
  content: (facts) => text(facts.request.content),
  trigger: (facts) => text(facts.request.trigger),
  swarm_id: (facts) => text(facts.request.swarm_id),
  session_id: (facts) => text(facts.request.session_id),
  task_id: (facts) => text(facts.request.task_id),
  harness_session_id: (facts) => text(facts.request.harness_session_id),
  subagent_uuid: (facts) => text(facts.request.subagent_uuid),
  enforcement_mode: (facts) => text(facts.request.enforcement_mode),
  intent_source: (facts) => facts.intentSource,
  permission_level: (facts) => facts.permissionLevel ?? '',
  risk: (facts) => BigInt(Math.round(riskOf(facts))),
  risk_score: (facts) => whole(facts.request.risk_score),
  approval_wait_seconds: (facts) => whole(facts.request.approval_wait_seconds),
  estimated_cost_usd: (facts) => real(facts.request.estimated_cost_usd),
  estimated_tokens: (facts) => whole(facts.request.estimated_tokens),
  reversible: (facts) => facts.request.reversible ?? true,
  systems_touched: (facts) => texts(facts.request.systems_touched),
  write_paths: (facts) => texts(facts.writePaths),
  act: (facts) => actContext(facts),
  tool: (facts, sizes) => ({
    name: text(ownValue(facts.request.tool, 'name')),
    permission: text(ownValue(facts.request.tool, 'permission')),
    input: freeJson('tool.input', ownValue(facts.request.tool, 'input') ?? {}, sizes),
  }),
  intel: (facts, sizes) => freeJson('intel', objectAt(facts.request, 'intel') ?? {}, sizes),
  source_of_truth: (facts, sizes) => freeJson('source_of_truth', facts.request.source_of_truth ?? null, sizes),
  evidence: (facts) => evidenceContext(facts.evidence),
  injection: (facts) => injectionContext(facts.injection),
  session: (facts) => sessionContext(facts),
  now: (facts) => facts.at,
}

export type FreeField = 'tool.input' | 'intel' | 'source_of_truth'

export interface CelContext {
  readonly variables: Record<string, unknown>
  /** Values in each free field that was read. */
  readonly sizes: ReadonlyMap<FreeField, number>
}

const built = new WeakMap<Facts, { readonly variables: Record<string, unknown>; readonly sizes: Sizes }>()

/**
 * Facts as CEL variables, each built on first use and once for all conditions of an evaluation. `names` are those that
 * the expression reads. Absent text is "", absent numbers 0, absent lists empty.
 */
export function celContext(facts: Facts, names: readonly string[]): CelContext {
  let context = built.get(facts)
  if (context === undefined) built.set(facts, (context = { variables: {}, sizes: new Map() }))
  const { variables, sizes } = context
  for (const name of names) if (!Object.hasOwn(variables, name)) variables[name] = READERS[name]?.(facts, sizes)
  return context
}
