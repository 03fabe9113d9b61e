import { snapshots } from '#core/guard/index'
import { sql } from 'kysely'
import type { Context } from '../kernel/context.ts'
import type { Check } from './schema.ts'

export async function checkGovernance(ctx: Context): Promise<Check[]> {
  const snapshot = await ctx.runtime.use(snapshots).current(ctx.actor.orgId)
  const { halt } = snapshot
  const standing: Check = halt
    ? {
        id: 'governance.halt',
        category: 'governance',
        status: 'warn',
        found: `the organization is halted by ${halt.by}: ${halt.reason ?? 'no reason given'}`,
        remedy: 'writ resume',
      }
    : { id: 'governance.halt', category: 'governance', status: 'ok', found: 'agents may work' }
  return [await policies(ctx), broken(snapshot.policies.broken.map(({ name }) => name)), standing, await waiting(ctx)]
}

async function policies(ctx: Context): Promise<Check> {
  const check = { id: 'governance.policies', category: 'governance' } as const
  const { inForce } = await ctx.db
    .selectFrom('guard_policy')
    .select(sql<string>`count(*)`.as('inForce'))
    .where('org_id', '=', ctx.actor.orgId)
    .where('active', '=', true)
    .where('state', '=', 'active')
    .executeTakeFirstOrThrow()
  if (Number(inForce) > 0) return { ...check, status: 'ok', found: `${inForce} policies are in force` }
  return {
    ...check,
    status: 'fail',
    found: 'no policy is in force: everything is allowed',
    remedy: 'Install the default policies, or activate your own.',
    fix: { action: 'install_default_policies', title: 'Install the policies that a new organization starts with' },
  }
}

function broken(names: readonly string[]): Check {
  const check = { id: 'governance.broken_policies', category: 'governance' } as const
  if (names.length === 0) return { ...check, status: 'ok', found: 'every policy can be read' }
  const found = `cannot be read, so each asks for an approval: ${names.slice(0, 5).join(', ')}`
  return { ...check, status: 'fail', found, remedy: 'Correct them: writ policy validate <file>' }
}

async function waiting(ctx: Context): Promise<Check> {
  const check = { id: 'governance.approvals', category: 'governance' } as const
  const row = await ctx.db
    .selectFrom('approval')
    .select('id')
    .where('org_id', '=', ctx.actor.orgId)
    .where('state', '=', 'pending')
    .where('expires_at', '<', new Date(ctx.now().getTime() - 60_000))
    .limit(1)
    .executeTakeFirst()
  if (!row) return { ...check, status: 'ok', found: 'no approval is overdue' }
  return {
    ...check,
    status: 'warn',
    found: 'approvals wait past their time: the job that expires them does not run',
    remedy: 'See the log of the server.',
    fix: { action: 'expire_approvals', title: 'Expire what is overdue' },
  }
}
