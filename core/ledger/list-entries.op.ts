import { sql } from 'kysely'
import { z } from 'zod'
import { assertWholeOrg } from '#core/kernel/context'
import { operation } from '#core/kernel/operation'
import { decodeCursor, pageInput, toPage } from '#core/kernel/page'
import { entryToWire, LedgerEntry } from './schema.ts'
import { entryKinds } from './seal.rules.ts'

export const listEntries = operation({
  name: 'ledger_list_entries',
  title: 'List ledger entries',
  description: 'List what was recorded, newest first, by kind or by the id it is about.',
  input: z.object({
    kind: z.enum(entryKinds).optional(),
    ref: z.string().min(1).max(256).optional().describe('Id of the action, decision, policy or key'),
    ...pageInput({ default: 50, max: 200 }),
  }),
  output: z.object({ entries: z.array(LedgerEntry), next_cursor: z.string().nullable() }),
  scope: 'ledger:read',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'get', path: '/api/ledger/entries' },
  mcp: 'catalog',

  async handler(ctx, input) {
    assertWholeOrg(ctx, 'list the ledger')
    let query = ctx.db
      .selectFrom('ledger_entry')
      .selectAll()
      .where('org_id', '=', ctx.actor.orgId)
      .orderBy('seq', 'desc')
      .limit(input.limit + 1)
      .offset(input.offset)
    if (input.ref !== undefined) query = query.where('ref', '=', input.ref)
    if (input.kind !== undefined) query = query.where('kind', '=', input.kind)
    // Said as the partial index says it, or the planner cannot know that the index covers the query.
    if (input.kind !== undefined && input.kind !== 'decision') query = query.where('kind', '<>', sql.lit('decision'))
    if (input.cursor !== undefined) query = query.where('seq', '<', decodeCursor(input.cursor, ['number'])[0])
    const { rows, nextCursor } = toPage(await query.execute(), input.limit, ({ seq }) => [seq])
    return { entries: rows.map(entryToWire), next_cursor: nextCursor }
  },
})
