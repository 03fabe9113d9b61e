import { z } from 'zod'
import { Fault } from '#core/kernel/errors'
import { operation } from '#core/kernel/operation'
import { decodeCursor, pageInput, toPage } from '#core/kernel/page'

const Revision = z
  .object({
    policy_id: z.string(),
    revision: z.int(),
    change_type: z.enum(['created', 'updated', 'activated', 'removed']),
    actor: z.string(),
    at: z.iso.datetime(),
    snapshot: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'PolicyRevision' })

export const listRevisions = operation({
  name: 'policies_list_revisions',
  title: 'List revisions of a policy',
  description: 'Read how a policy stood after each change and who made it, newest first; also after it was removed.',
  input: z.object({ id: z.string().min(1).max(128), ...pageInput({ default: 50, max: 200 }) }),
  output: z.object({ revisions: z.array(Revision), next_cursor: z.string().nullable() }),
  scope: 'policies:read',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'get', path: '/api/policies/{id}/revisions' },
  mcp: 'catalog',

  async handler(ctx, input) {
    let query = ctx.db
      .selectFrom('policy_revision')
      .select(['policy_id', 'revision', 'change_type', 'actor', 'at', 'snapshot'])
      .where('org_id', '=', ctx.actor.orgId)
      .where('policy_id', '=', input.id)
      .orderBy('revision', 'desc')
      .limit(input.limit + 1)
      .offset(input.offset)
    if (input.cursor !== undefined) query = query.where('revision', '<', decodeCursor(input.cursor, ['small'])[0])
    const { rows, nextCursor } = toPage(await query.execute(), input.limit, (row) => [row.revision])
    // Every policy has at least the revision that created it, so nothing on the first page means no such policy.
    if (rows.length === 0 && input.cursor === undefined && input.offset === 0)
      throw new Fault('not_found', 'Policy not found')
    return { revisions: rows.map((row) => ({ ...row, at: row.at.toISOString() })), next_cursor: nextCursor }
  },
})
