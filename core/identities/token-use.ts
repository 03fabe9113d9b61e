import { hash } from 'node:crypto'
import type { OrgSettings } from '#core/settings/index'
import { deleteBefore } from '../db/index.ts'
import type { Context } from '../kernel/context.ts'
import type { Runtime } from '../kernel/runtime.ts'
import type { AgentIdentity, ClaimedIdentity, ReplayStatus } from './identity.ts'

/** A token is refused this long after its end at the latest. */
const SKEW_MS = 120_000

/** Shorter than a decision is remembered by its idempotency key, so that a repeat never decides a second time. */
const REPEAT_MS = 9 * 60_000

export interface TokenUse {
  /** The token use of an earlier decision about this very act that this call takes further: no second use. */
  readonly goesOn?: string | null | undefined
  /** Digest of a request with an idempotency key: repeats of it, also at the same time, are one use. */
  readonly request?: string | undefined
}

/** Takes the token of this call for its act: one statement decides who of parallel callers was first. */
export async function claimToken(
  ctx: Context,
  identity: AgentIdentity,
  { identity_replay }: Pick<OrgSettings, 'identity_replay'>,
  { goesOn, request }: TokenUse,
): Promise<ClaimedIdentity> {
  const { claims, verification } = identity
  if (verification === 'exp_too_far') {
    return { ...identity, replay: identity_replay === 'off' ? 'disabled' : 'exp_too_far', tokenUse: null }
  }
  if (claims === null) return { ...identity, replay: 'not_applicable', tokenUse: null }
  if (identity_replay === 'off') return { ...identity, replay: 'disabled', tokenUse: null }
  if (claims.jti === null) return { ...identity, replay: 'not_present', tokenUse: null }
  const token = hash('sha256', JSON.stringify([claims.issuer, claims.jti]), 'hex')
  const replay = token === goesOn ? 'unique' : await use(ctx, { token, request: request ?? null, exp: claims.exp })
  return { ...identity, replay, tokenUse: token }
}

async function use(
  ctx: Context,
  { token, request, exp }: { token: string; request: string | null; exp: number },
): Promise<ReplayStatus> {
  const now = ctx.now()
  try {
    const taken = await ctx.db
      .insertInto('identity_token_use')
      .values({ org_id: ctx.actor.orgId, token, request, used_at: now, at: new Date(exp * 1000) })
      .onConflict((conflict) =>
        conflict
          .columns(['org_id', 'token'])
          .doUpdateSet((eb) => ({ request: eb.ref('identity_token_use.request') }))
          .whereRef('identity_token_use.request', '=', 'excluded.request')
          .where('identity_token_use.used_at', '>', new Date(now.getTime() - REPEAT_MS)),
      )
      .returning('token')
      .executeTakeFirst()
    return taken ? 'unique' : 'replayed'
  } catch (error) {
    ctx.log.warn({ err: error, request_id: ctx.requestId }, 'whether an identity token was used could not be found out')
    return 'unavailable'
  }
}

/** Forgets tokens that have ended. */
export async function sweepTokenUses(runtime: Runtime): Promise<void> {
  await deleteBefore(runtime.db, 'identity_token_use', new Date(runtime.now().getTime() - SKEW_MS))
}
