import { foldType, objectAt, ownValue, riskOf, type Facts } from './facts.ts'

/** Values inside free JSON that a condition may walk: bounds what a hostile caller can make a loop cost. */
const MAX_VALUES = 2_000

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

/** Free JSON as maps and lists; too large or too deep a value is left empty and named in `oversized`. */
function freeJson(name: FreeField, value: unknown, oversized: Set<FreeField>): unknown {
  try {
    return walk(value, { count: MAX_VALUES })
  } catch (error) {
    if (!(error instanceof Oversized || error instanceof RangeError)) throw error
    oversized.add(name)
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

function variables(facts: Facts, oversized: Set<FreeField>): Record<string, unknown> {
  const { request } = facts
  return {
    action_type: foldType(facts.actionType),
    declared_action_type: foldType(facts.declaredActionType),
    declared_goal: text(request.declared_goal),
    agent_id: facts.agentId ?? '',
    agent_name: text(request.agent_name),
    agent_version: text(request.agent_version),
    target: facts.target ?? '',
    content: text(request.content),
    trigger: text(request.trigger),
    swarm_id: text(request.swarm_id),
    session_id: text(request.session_id),
    task_id: text(request.task_id),
    harness_session_id: text(request.harness_session_id),
    subagent_uuid: text(request.subagent_uuid),
    enforcement_mode: text(request.enforcement_mode),
    intent_source: facts.intentSource,
    permission_level: facts.permissionLevel ?? '',
    risk: BigInt(Math.round(riskOf(facts))),
    risk_score: whole(request.risk_score),
    approval_wait_seconds: whole(request.approval_wait_seconds),
    estimated_cost_usd: real(request.estimated_cost_usd),
    estimated_tokens: whole(request.estimated_tokens),
    reversible: request.reversible ?? true,
    systems_touched: texts(request.systems_touched),
    write_paths: texts(facts.writePaths),
    act: actContext(facts),
    tool: {
      name: text(ownValue(request.tool, 'name')),
      permission: text(ownValue(request.tool, 'permission')),
      input: freeJson('tool.input', ownValue(request.tool, 'input') ?? {}, oversized),
    },
    intel: freeJson('intel', objectAt(request, 'intel') ?? {}, oversized),
    source_of_truth: freeJson('source_of_truth', request.source_of_truth ?? null, oversized),
    evidence: evidenceContext(facts.evidence),
    injection: injectionContext(facts.injection),
    session: sessionContext(facts),
    now: facts.at,
  }
}

export type FreeField = 'tool.input' | 'intel' | 'source_of_truth'

export interface CelContext {
  readonly variables: Record<string, unknown>
  /** Fields too large to be shown; a condition that reads one cannot be judged. */
  readonly oversized: ReadonlySet<FreeField>
}

const built = new WeakMap<Facts, CelContext>()

/** Facts as CEL variables, built once per evaluation. Absent text is "", absent numbers 0, absent lists empty. */
export function celContext(facts: Facts): CelContext {
  const known = built.get(facts)
  if (known !== undefined) return known
  const oversized = new Set<FreeField>()
  const context = { variables: variables(facts, oversized), oversized }
  built.set(facts, context)
  return context
}
