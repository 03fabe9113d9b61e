import { hasAccounts } from '#core/accounts/index'
import type { Context } from '../kernel/context.ts'
import type { Check } from './schema.ts'

const OLD_DAYS = 365
const DAY_MS = 86_400_000

export async function checkAuth(ctx: Context): Promise<Check[]> {
  return [await people(ctx), await keys(ctx)]
}

async function people(ctx: Context): Promise<Check> {
  const check = { id: 'auth.people', category: 'auth' } as const
  if (await hasAccounts(ctx.db)) return { ...check, status: 'ok', found: 'people can sign in' }
  const remedy = 'Open the set-up link that the server prints when it starts.'
  return { ...check, status: 'warn', found: 'nobody can sign in yet: approvals need a key', remedy }
}

async function keys(ctx: Context): Promise<Check> {
  const check = { id: 'auth.keys', category: 'auth' } as const
  const before = new Date(ctx.now().getTime() - OLD_DAYS * DAY_MS)
  const old = await ctx.db
    .selectFrom('api_key')
    .select('name')
    .where('org_id', '=', ctx.actor.orgId)
    .where('revoked_at', 'is', null)
    .where('created_at', '<', before)
    .orderBy('created_at')
    .limit(6)
    .execute()
  if (old.length === 0) return { ...check, status: 'ok', found: `no key is older than ${OLD_DAYS} days` }
  const names = old.slice(0, 5).map(({ name }) => name)
  const found = `older than ${OLD_DAYS} days: ${names.join(', ')}${old.length > 5 ? ', …' : ''}`
  return { ...check, status: 'warn', found, remedy: 'Rotate them: writ keys rotate <id>' }
}
