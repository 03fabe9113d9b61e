import { z } from 'zod'
import { operation } from '#core/kernel/operation'
import { decodeCursor, pageInput, toPage } from '#core/kernel/page'
import { checkpointToWire, LedgerCheckpoint } from './schema.ts'

export const listCheckpoints = operation({
  name: 'ledger_list_checkpoints',
  title: 'List ledger checkpoints',
  description: 'List the signed checkpoints of the ledger, newest first.',
  input: z.object(pageInput({ default: 50, max: 200 })),
  output: z.object({ checkpoints: z.array(LedgerCheckpoint), next_cursor: z.string().nullable() }),
  scope: 'ledger:read',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'get', path: '/api/ledger/checkpoints' },
  mcp: 'catalog',

  async handler(ctx, input) {
    let query = ctx.db
      .selectFrom('ledger_checkpoint')
      .selectAll()
      .where('org_id', '=', ctx.actor.orgId)
      .orderBy('size', 'desc')
      .limit(input.limit + 1)
      .offset(input.offset)
    if (input.cursor !== undefined) query = query.where('size', '<', decodeCursor(input.cursor, ['number'])[0])
    const { rows, nextCursor } = toPage(await query.execute(), input.limit, ({ size }) => [size])
    return { checkpoints: rows.map(checkpointToWire), next_cursor: nextCursor }
  },
})
