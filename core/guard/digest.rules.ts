import { createHash } from 'node:crypto'
import { canonical } from '#core/ledger/index'
import type { ActRequest } from './schema.ts'

function digestOf(value: unknown): string {
  return createHash('sha256').update(canonical(value), 'utf8').digest('hex')
}

/**
 * SHA-256 over what the agent means to do: who, what kind, why, on what, and the act itself.
 * Guard, action and approval of one act share it; an approval covers this digest and nothing else.
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
  })
}

/** SHA-256 over the whole request: what an idempotency key is bound to. */
export function requestDigest(principalId: string, request: object): string {
  return digestOf({ principal: principalId, request: defined(request) })
}

/** Canonical JSON has no `undefined`: absent optional fields must not change the digest. */
function defined(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined))
}
