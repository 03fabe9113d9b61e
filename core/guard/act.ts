import type { Context } from '../kernel/context.ts'
import { actDigest } from './digest.rules.ts'
import type { ActRequest } from './schema.ts'
import { snapshots, type Snapshot } from './snapshot.ts'
import { versioned } from './versions.ts'

/** The digest under which an act is decided: with the version of its agent where it names none. */
export async function actNow(ctx: Context, agentId: string | null, request: ActRequest): Promise<string> {
  const known = ctx.runtime.use(snapshots)
  return actUnder(known.now(ctx.actor.orgId) ?? (await known.get(ctx.actor.orgId)), agentId, request)
}

export async function actUnder(snapshot: Snapshot, agentId: string | null, request: ActRequest): Promise<string> {
  return actDigest(agentId, await versioned(snapshot, request, agentId))
}
