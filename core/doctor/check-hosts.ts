import type { Context } from '../kernel/context.ts'
import type { Check } from './schema.ts'

const OLD_DAYS = 30
const DAY_MS = 86_400_000
const SHOWN = 5

/** What witnesses and sessions saw of the agent clients. Where nobody looked there is nothing to say. */
export async function checkHosts(ctx: Context): Promise<Check[]> {
  const seen = ctx.db.selectFrom('host_witness').where('org_id', '=', ctx.actor.orgId)
  const having = (outcome: 'dead' | 'changed') =>
    seen.select(['machine', 'host']).where('outcome', '=', outcome).orderBy('seen_at', 'desc').limit(SHOWN).execute()
  const dead = await having('dead')
  const changed = await having('changed')
  const before = new Date(ctx.now().getTime() - OLD_DAYS * DAY_MS)
  const old = await seen
    .select(['machine', 'host'])
    .where('seen_at', '<', before)
    .orderBy('seen_at')
    .limit(SHOWN)
    .execute()
  const check = { id: 'hosts.witnessed', category: 'hosts' } as const
  const names = (rows: typeof dead): string => rows.map(({ host, machine }) => `${host} on ${machine}`).join(', ')
  if (dead.length > 0) {
    const remedy = 'Install again there, and look: writ install <client>, writ witness'
    return [{ ...check, status: 'fail', found: `a forbidden call ran: ${names(dead)}`, remedy }]
  }
  if (changed.length > 0) {
    const remedy = 'Look who changed it, and repair it there: writ doctor'
    return [{ ...check, status: 'fail', found: `no longer set up as installed: ${names(changed)}`, remedy }]
  }
  if (old.length > 0) {
    const found = `no witness looked for ${OLD_DAYS} days: ${names(old)}`
    return [{ ...check, status: 'warn', found, remedy: 'Clients update themselves; look again there: writ witness' }]
  }
  return [{ ...check, status: 'ok', found: 'every client that a witness looked at refuses what it must' }]
}
