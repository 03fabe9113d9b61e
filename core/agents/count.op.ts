import { sql } from 'kysely'
import { z } from 'zod'
import { operation } from '../kernel/operation.ts'

/** More are not counted: a number beyond it helps nobody, and the time it takes would grow with it. */
const MAX_COUNTED = 10_000

export const count = operation({
  name: 'agents_count',
  title: 'Count agents',
  description: 'Count the agents of the org, up to 10,000.',
  input: z.object({}),
  output: z.object({ total: z.int(), exact: z.boolean().describe('False: there are more') }),
  scope: 'agents:read',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'get', path: '/api/agent-count' },
  mcp: 'hidden',

  async handler({ db, actor }) {
    const own = actor.agentId === null ? sql`` : sql`and agent_id = ${actor.agentId}`
    const { rows } = await sql<{ total: string }>`
      select count(*) as total from (
        select 1 from agent where org_id = ${actor.orgId} ${own} limit ${MAX_COUNTED + 1}
      ) as counted`.execute(db)
    const found = Number(rows[0]?.total ?? 0)
    return { total: Math.min(found, MAX_COUNTED), exact: found <= MAX_COUNTED }
  },
})
