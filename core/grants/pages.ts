import type { z } from 'zod'
import type { Context } from '../kernel/context.ts'
import { decodeCursor, toPage } from '../kernel/page.ts'
import { grantToWire, type Grant } from './schema.ts'

interface PageOf {
  readonly limit: number
  readonly offset: number
  readonly cursor?: string | undefined
}

export interface GrantPage {
  readonly grants: z.output<typeof Grant>[]
  readonly next_cursor: string | null
}

/** Grants newest first: of the org, or of one person in every org they are in. */
export async function grantPage(
  ctx: Context,
  of: { readonly orgId: string } | { readonly accountId: string },
  { limit, offset, cursor }: PageOf,
): Promise<GrantPage> {
  let query = ctx.db
    .selectFrom('oauth_grant as g')
    .innerJoin('account as a', 'a.id', 'g.account_id')
    .selectAll('g')
    .select('a.email')
    .orderBy('g.id', 'desc')
    .limit(limit + 1)
    .offset(offset)
  query = 'orgId' in of ? query.where('g.org_id', '=', of.orgId) : query.where('g.account_id', '=', of.accountId)
  if (cursor !== undefined) query = query.where('g.id', '<', decodeCursor(cursor, ['text'])[0])
  const { rows, nextCursor } = toPage(await query.execute(), limit, (row) => [row.id])
  return { grants: rows.map(grantToWire), next_cursor: nextCursor }
}

export async function emailOf(ctx: Context, accountId: string): Promise<string> {
  const row = await ctx.db.selectFrom('account').select('email').where('id', '=', accountId).executeTakeFirstOrThrow()
  return row.email
}
