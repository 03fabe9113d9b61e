import { gradeAct } from '#core/evidence/index'
import type { Facts, SessionFacts } from '#core/policies/index'
import { scanInjection, secretScan, type InjectionScan, type SecretScan } from '#core/scans/index'
import type { Context } from '../kernel/context.ts'
import { Fault } from '../kernel/errors.ts'
import { isMismatch, scoreRisk, type RiskBreakdown } from '#core/risk/index'
import type { ActRequest } from './schema.ts'

/** Points the injection scan may add to the risk: a strong finding alone stays below a block. */
const INJECTION_WEIGHT = 0.3

export interface Gathered {
  readonly facts: Facts
  readonly breakdown: RiskBreakdown
  readonly injection: InjectionScan
  readonly secrets: SecretScan | null
  readonly mismatch: boolean
}

/** The agent a request is about. A key bound to an agent speaks for that agent only. */
export function agentOf(ctx: Context, request: Pick<ActRequest, 'agent_id'>): string | null {
  const bound = ctx.actor.agentId
  if (bound === null) return request.agent_id ?? null
  if (request.agent_id !== undefined && request.agent_id !== bound) {
    throw new Fault('AGENT_MISMATCH', `This key speaks for the agent "${bound}" only, not for "${request.agent_id}".`)
  }
  return bound
}

/** Everything that can be known without asking anybody: pure but for the clock. */
export function gatherFacts(ctx: Context, request: ActRequest, agentId: string | null): Gathered {
  const evidence = request.act === undefined ? null : gradeAct(request.act)
  const injection = scanInjection(textsOf(request))
  const secrets = request.content === undefined ? null : secretScan(request.content)
  const base = scoreRisk({
    actionType: request.action_type,
    reversible: request.reversible ?? null,
    systemsTouched: request.systems_touched ?? [],
    goal: request.declared_goal ?? '',
    clientReported: request.risk_score ?? null,
    evidence,
  })
  const breakdown = withInjection(base, injection)
  const mismatch = evidence !== null && isMismatch(request.action_type, evidence)
  const actionType = mismatch && evidence ? evidence.actionType : request.action_type
  const facts: Facts = {
    orgId: ctx.actor.orgId,
    actionType,
    declaredActionType: request.action_type,
    agentId,
    keyId: ctx.actor.principalId,
    risk: breakdown.final,
    evidence,
    intentSource: evidence && evidence.actionType === actionType ? 'evidence' : 'declared',
    target: request.target ?? evidence?.target ?? null,
    writePaths: [...(request.write_paths ?? []), ...(evidence?.writePaths ?? [])],
    request,
    injection: injection.score > 0 ? injection : null,
    session: null,
    permissionLevel: null,
    at: ctx.now(),
  }
  return { facts, breakdown, injection, secrets, mismatch }
}

export function withSession(gathered: Gathered, session: SessionFacts | null): Gathered {
  return { ...gathered, facts: { ...gathered.facts, session } }
}

function withInjection(breakdown: RiskBreakdown, injection: InjectionScan): RiskBreakdown {
  const delta = Math.round(injection.score * INJECTION_WEIGHT)
  if (delta === 0) return breakdown
  const final = Math.min(100, breakdown.final + delta)
  return { ...breakdown, modifiers: [...breakdown.modifiers, { factor: 'prompt_injection', delta }], final }
}

function textsOf(request: ActRequest): { where: string; text: string }[] {
  const parts: { where: string; text: string }[] = []
  const add = (where: string, text: string | undefined): void => {
    if (text !== undefined && text !== '') parts.push({ where, text })
  }
  add('goal', request.declared_goal)
  add('content', request.content)
  const act = request.act
  if (act?.kind === 'shell') add('act', act.command)
  else if (act?.kind === 'sql') add('act', act.statement)
  else if (act?.kind === 'http') add('act', `${act.request.url}\n${act.request.body_excerpt ?? ''}`)
  else if (act?.kind === 'file') add('act', act.file.content_excerpt)
  add('tool', stringsIn(request.tool?.['input']))
  return parts
}

const MAX_TOOL_TEXT = 20_000

/** The texts among a tool's arguments, in the order they are written, one a line. */
function stringsIn(value: unknown): string {
  const texts: string[] = []
  const walk = (inner: unknown): void => {
    if (typeof inner === 'string') texts.push(inner)
    else if (typeof inner === 'object' && inner !== null) for (const each of Object.values(inner)) walk(each)
  }
  walk(value)
  return texts.join('\n').slice(0, MAX_TOOL_TEXT)
}
