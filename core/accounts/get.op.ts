import { z } from 'zod'
import { operation } from '../kernel/operation.ts'
import { personOf } from './person.ts'
import { Account, accountToWire } from './schema.ts'
import { recoveryCodesLeft } from './second-factor.ts'
import { requireAccount } from './store.ts'

export const get = operation({
  name: 'accounts_get',
  title: 'Show your account',
  description: 'Show the account of the person who is signed in.',
  input: z.object({}),
  output: z.object({ account: Account }),
  scope: 'account:read',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'get', path: '/api/account' },
  mcp: 'hidden',

  async handler(ctx) {
    const { accountId } = personOf(ctx)
    const row = await requireAccount(ctx.db, accountId)
    return { account: accountToWire(row, await recoveryCodesLeft(ctx.db, accountId)) }
  },
})
