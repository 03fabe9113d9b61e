import { hash } from 'node:crypto'
import { canonical } from '#core/ledger/index'
import type { AgentIdentity } from '#core/identities/index'
import type { ActRequest } from './schema.ts'

function digestOf(value: unknown): string {
  return hash('sha256', canonical(value), 'hex')
}

/**
 * SHA-256 over what the agent means to do: who, what kind, why, on what, and everything a policy may judge it by.
 * Guard, action and approval of one act share it; an approval covers this digest and nothing else. Left out is only
 * what says how the request travels or whom it is counted for.
 */
export function actDigest(agentId: string | null, request: ActRequest): string {
  return digestOf({
    agent: agentId,
    type: request.action_type,
    goal: request.declared_goal ?? null,
    target: request.target ?? null,
    act: request.act ?? null,
    paths: request.write_paths ?? null,
    tool: request.tool ?? null,
    content: request.content ?? null,
    source: request.source_of_truth ?? null,
    systems: request.systems_touched ?? null,
    reversible: request.reversible ?? null,
    intel: request.intel ?? null,
    version: request.agent_version ?? null,
    cost: request.estimated_cost_usd ?? null,
    tokens: request.estimated_tokens ?? null,
  })
}

/**
 * SHA-256 over the whole request: what an idempotency key is bound to. What was decided for an agent that proved who it
 * is by a token is told only to one that proves the same.
 */
export function requestDigest(
  principalId: string,
  request: object,
  { by, claims }: Pick<AgentIdentity, 'by' | 'claims'>,
): string {
  const proof = by === 'token' && claims ? { issuer: claims.issuer } : {}
  return digestOf({ principal: principalId, request: defined(request), ...proof })
}

/** Canonical JSON has no `undefined`: absent optional fields must not change the digest. */
function defined(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined))
}
