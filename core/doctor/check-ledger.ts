import type { Context } from '../kernel/context.ts'
import type { Check } from './schema.ts'

/** Decisions are covered by a checkpoint within a second or two. */
const STALE_MS = 60_000

export async function checkLedger(ctx: Context): Promise<Check[]> {
  const head = await ctx.db
    .selectFrom('ledger_head')
    .select(['size', 'updated_at'])
    .where('org_id', '=', ctx.actor.orgId)
    .executeTakeFirst()
  const last = await ctx.db
    .selectFrom('ledger_checkpoint')
    .select('size')
    .where('org_id', '=', ctx.actor.orgId)
    .orderBy('size', 'desc')
    .limit(1)
    .executeTakeFirst()
  const check = { id: 'ledger.signed', category: 'ledger' } as const
  const size = Number(head?.size ?? 0)
  const behind = size - Number(last?.size ?? 0)
  const old = head !== undefined && ctx.now().getTime() - head.updated_at.getTime() > STALE_MS
  if (behind <= 0 || !old) return [{ ...check, status: 'ok', found: `${size} entries, signed` }]
  return [
    {
      ...check,
      status: 'warn',
      found: `${behind} of ${size} entries are not covered by a signature: the job that signs does not run`,
      remedy: 'See the log of the server.',
      fix: { action: 'sign_checkpoint', title: 'Sign what is recorded' },
    },
  ]
}
