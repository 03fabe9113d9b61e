import { sql, type SqlBool } from 'kysely'
import { z } from 'zod'
import { requireAgent } from '#core/agents/index'
import { operation } from '../kernel/operation.ts'
import { decodeCursor, pageInput, toPage } from '../kernel/page.ts'
import { SUMMARY_COLUMNS, summaryToWire, Tag, VersionSummary } from './schema.ts'

export const list = operation({
  name: 'agent_versions_list',
  title: 'List versions of an agent',
  description: 'List the versions of an agent, newest first, without their content.',
  input: z.object({
    agent_id: z.string().min(1).max(128),
    tag: Tag.optional(),
    with_prompt: z.boolean().default(false).describe('Show the prompt of each'),
    ...pageInput({ default: 20, max: 200 }),
  }),
  output: z.object({
    versions: z.array(VersionSummary.extend({ prompt: z.string().optional() }).meta({ id: 'ListedAgentVersion' })),
    current_version_id: z.string().nullable(),
    total: z.int().describe('Versions of the agent, whatever the tag'),
    next_cursor: z.string().nullable(),
  }),
  scope: 'agents:read',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'get', path: '/api/agents/{agent_id}/versions' },
  mcp: 'catalog',

  async handler(ctx, input) {
    const agent = await requireAgent(ctx, input.agent_id)
    let query = ctx.db
      .selectFrom('agent_version')
      .select(SUMMARY_COLUMNS)
      .$if(input.with_prompt, (wanted) => wanted.select('prompt'))
      .where('org_id', '=', ctx.actor.orgId)
      .where('agent_id', '=', input.agent_id)
      .orderBy('version_number', 'desc')
      .limit(input.limit + 1)
      .offset(input.offset)
    if (input.tag !== undefined) query = query.where(sql<SqlBool>`tags @> ${[input.tag]}`)
    if (input.cursor !== undefined) query = query.where('version_number', '<', decodeCursor(input.cursor, ['small'])[0])
    const { rows, nextCursor } = toPage(await query.execute(), input.limit, (row) => [row.version_number])
    return {
      versions: rows.map((row) => ({
        ...summaryToWire(row),
        ...(row.prompt === undefined ? {} : { prompt: row.prompt }),
      })),
      current_version_id: agent.current_version_id,
      total: agent.version_count,
      next_cursor: nextCursor,
    }
  },
})
