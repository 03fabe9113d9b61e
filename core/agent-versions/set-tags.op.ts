import { sql, type SqlBool } from 'kysely'
import { z } from 'zod'
import { eventHub, emitEvents } from '#core/events/index'
import { transact } from '../db/transact.ts'
import { operation } from '../kernel/operation.ts'
import { summaryToWire, Tag, VersionId, VersionSummary } from './schema.ts'
import { lockAgent, requireVersion } from './store.ts'

export const setTags = operation({
  name: 'agent_versions_set_tags',
  title: 'Tag a version of an agent',
  description: 'Set the tags of one version of an agent; a tag given with `move` is taken from the other versions.',
  input: z.object({
    agent_id: z.string().min(1).max(128),
    version_id: VersionId.describe('Id or number'),
    tags: z.array(Tag).max(20),
    move: z.boolean().default(false).describe('Take these tags from every other version of the agent'),
  }),
  output: z.object({ version: VersionSummary }),
  scope: 'agents:write',
  annotations: { readOnly: false, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'put', path: '/api/agents/{agent_id}/versions/{version_id}/tags' },
  mcp: 'catalog',

  async handler(ctx, input) {
    const { orgId } = ctx.actor
    const tags = [...new Set(input.tags)]
    const version = await transact(ctx.db, async (trx) => {
      await lockAgent(trx, ctx, input.agent_id)
      const row = await requireVersion(trx, orgId, input.agent_id, input.version_id)
      const own = trx.updateTable('agent_version').where('org_id', '=', orgId).where('agent_id', '=', input.agent_id)
      if (input.move && tags.length > 0) {
        const kept = sql<string[]>`array(select tag from unnest(tags) as tag where tag <> all(${tags}))`
        await own
          .set({ tags: kept })
          .where(sql<SqlBool>`tags && ${tags}`)
          .execute()
      }
      await own.set({ tags }).where('version_id', '=', row.version_id).execute()
      const payload = { agent_id: input.agent_id, version_id: row.version_id, tags }
      await emitEvents(trx, orgId, ctx.now(), [{ name: 'version.tagged', ref: input.agent_id, payload }])
      return { ...row, tags }
    })
    ctx.runtime.use(eventHub).nudge(orgId)
    return { version: summaryToWire(version) }
  },
})
