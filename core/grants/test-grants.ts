import { newId } from '../kernel/id.ts'
import type { Context } from '../kernel/context.ts'
import type { Runtime } from '../kernel/runtime.ts'
import type { TestPerson } from '#core/testing/people'
import { insertGrant, type GrantRow } from './store.ts'

/** A grant as a person gives one on the page of consent. */
export function testGrant(
  runtime: Runtime,
  orgId: string,
  { accountId }: Pick<TestPerson, 'accountId'>,
  draft: { readonly name?: string; readonly days?: number } = {},
): Promise<GrantRow> {
  const at = runtime.now()
  const by = { orgId, principalId: accountId, kind: 'user', accountId } as const
  return runtime.db.transaction().execute((trx) =>
    insertGrant(trx, by, at, {
      id: newId('grt'),
      clientId: 'cli_test',
      clientName: draft.name ?? 'Test client',
      agentId: 'test-client',
      scopes: ['guard:evaluate', 'policies:read', 'approvals:decide'],
      secondFactorAt: null,
      expiresAt: new Date(at.getTime() + (draft.days ?? 90) * 86_400_000),
    }),
  )
}

/** What the admin acts on this thing were, in order. */
export async function actsOn({ db }: Pick<Context, 'db'>, ref: string): Promise<string[]> {
  const rows = await db.selectFrom('activity').select('event').where('ref', '=', ref).orderBy('id').execute()
  return rows.map(({ event }) => event)
}
