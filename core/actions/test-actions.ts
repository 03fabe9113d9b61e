import type { Context } from '../kernel/context.ts'
import { invoke } from '../kernel/invoke.ts'
import { create } from './create.op.ts'
import type { Action } from './schema.ts'

/** An everyday act that no policy stops. */
export const harmless = {
  agent_id: 'a1',
  action_type: 'review',
  declared_goal: 'read the change log',
  act: { kind: 'shell', command: 'cat CHANGELOG.md' },
} as const

/** Needs a person by the default policies. */
export const risky = {
  agent_id: 'a1',
  action_type: 'security',
  declared_goal: 'clean the branch',
  act: { kind: 'shell', command: 'git push --force origin feature' },
} as const

/** Blocked by the default policies. */
export const catastrophic = {
  agent_id: 'a1',
  action_type: 'cleanup',
  declared_goal: 'tidy the disk',
  act: { kind: 'shell', command: 'rm -rf /' },
} as const

let made = 0

/** A recorded act unlike any other, so that it neither resumes nor answers an earlier one. */
export async function recorded(ctx: Context, more: object = {}): Promise<Action> {
  made += 1
  const { action } = await invoke(create, ctx, { ...harmless, declared_goal: `act number ${made}`, ...more })
  return action
}

/** Why the refused ones of parallel calls were refused. */
export function reasonsOf(results: readonly PromiseSettledResult<unknown>[]): unknown[] {
  return results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []))
}

export const settledAs = (
  results: readonly PromiseSettledResult<unknown>[],
  status: 'fulfilled' | 'rejected',
): number => results.filter((result) => result.status === status).length

/** Place on the ledger of the org's entry of this event. */
export async function placeOf(ctx: Context, event: string): Promise<number> {
  const rows = await ctx.db
    .selectFrom('ledger_entry')
    .select(['seq', 'body'])
    .where('org_id', '=', ctx.actor.orgId)
    .where('kind', 'in', ['admin', 'key'])
    .execute()
  const found = rows.find(({ body }) => body.includes(`"${event}"`))
  if (!found) throw new Error(`${event} is not on the ledger.`)
  return Number(found.seq)
}
