import {
  checkSignature,
  claimToken,
  identify,
  withSignature,
  type AgentIdentity,
  type ClaimedIdentity,
  type TokenUse,
} from '#core/identities/index'
import type { Context } from '../kernel/context.ts'
import { Fault } from '../kernel/errors.ts'
import { agentOf } from './facts.ts'
import type { ActRequest } from './schema.ts'
import { snapshots, type Snapshot } from './snapshot.ts'

type Named = Pick<ActRequest, 'agent_id' | 'agent_name'>

export interface Speaking<R> {
  /** The request in the name of the agent that was proven. */
  readonly request: R
  readonly identity: AgentIdentity
  /** Control revision of the org it was found out under; null when it depends on nothing of the org. */
  readonly control: number | null
}

/**
 * Finds out which agent speaks. A verified token's subject replaces what the request says; a key that is bound to
 * another agent then refuses it. Without a token nothing is asked of anybody.
 */
export async function speakerOf<R extends Named>(ctx: Context, request: R): Promise<Speaking<R>> {
  const snapshot = ctx.identityToken === undefined ? undefined : await snapshotOf(ctx)
  const identity = await identify(ctx, snapshot?.settings)
  return { request: renamed(request, identity), identity, control: snapshot?.control ?? null }
}

/** The same for an action, which may be signed besides. Throws the 401 where the org wants a signature and there is no valid one. */
export async function signerOf<R extends Named>(
  ctx: Context,
  given: R,
  signature: string | undefined,
): Promise<Speaking<R>> {
  const snapshot = await snapshotOf(ctx)
  const asked = await identify(ctx, snapshot.settings)
  const request = renamed(given, asked)
  const identity = await signed(ctx, snapshot, asked, { agentId: agentOf(ctx, request), signature })
  return { request, identity, control: snapshot.control }
}

/** Found out anew when what governs the org has moved: an issuer or a key may be gone. The token stays claimed. */
export async function speakerNow(
  ctx: Context,
  snapshot: Snapshot,
  before: ClaimedIdentity,
  signing: { agentId: string | null; signature: string | undefined } | undefined,
): Promise<ClaimedIdentity> {
  const { replay, tokenUse } = before
  const asked = await identify(ctx, snapshot.settings)
  const identity = signing ? await signed(ctx, snapshot, asked, signing) : asked
  return { ...identity, replay, tokenUse }
}

export async function claimed(ctx: Context, identity: AgentIdentity, use: TokenUse): Promise<ClaimedIdentity> {
  if (!identity.presented) return { ...identity, replay: 'not_applicable', tokenUse: null }
  return claimToken(ctx, identity, (await snapshotOf(ctx)).settings, use)
}

function renamed<R extends Named>(request: R, { claims }: AgentIdentity): R {
  if (claims === null) return request
  const name = claims.agentName ?? request.agent_name
  return { ...request, agent_id: claims.subject, ...(name === undefined ? {} : { agent_name: name }) }
}

async function signed(
  ctx: Context,
  { settings }: Snapshot,
  identity: AgentIdentity,
  { agentId, signature }: { agentId: string | null; signature: string | undefined },
): Promise<AgentIdentity> {
  const required = settings.signed_actions === 'required'
  if (signature === undefined) {
    if (required) throw new Fault('SIGNATURE_REQUIRED', 'This organization takes signed actions only: send _signature.')
    return identity
  }
  const verdict = agentId === null ? 'unknown' : await checkSignature(ctx, agentId, signature, ctx.sent ?? {})
  if (required && verdict !== 'valid') {
    const message =
      verdict === 'wrong'
        ? 'The _signature is not by the key registered for this agent over this very body.'
        : 'No public key is registered for this agent; pair it first (POST /api/pairings).'
    throw new Fault('INVALID_AGENT_SIGNATURE', message)
  }
  return verdict === 'unknown' ? identity : withSignature(identity, verdict)
}

async function snapshotOf(ctx: Context): Promise<Snapshot> {
  const known = ctx.runtime.use(snapshots)
  return known.now(ctx.actor.orgId) ?? known.get(ctx.actor.orgId)
}
