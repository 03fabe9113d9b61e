import { sql } from 'kysely'
import { z } from 'zod'
import type { Context } from '../kernel/context.ts'
import { operation } from '../kernel/operation.ts'
import { resource } from '../kernel/runtime.ts'

/** More are not counted: a number beyond it helps nobody, and the time it takes would grow with it. */
const MAX_COUNTED = 10_000
/** Counting so many takes longer than a page of them: the number is told again for some seconds (milliseconds here). */
const MANY = 1000
const FRESH_MS = 5000
const MAX_ORGS = 1000

export const count = operation({
  name: 'agents_count',
  title: 'Count agents',
  description: 'Count the agents of the org, up to 10,000; with over 1,000 the number may be 5 seconds old.',
  input: z.object({}),
  output: z.object({ total: z.int(), exact: z.boolean().describe('False: there are more') }),
  scope: 'agents:read',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'get', path: '/api/agent-count' },
  mcp: 'hidden',

  async handler(ctx) {
    const counts = ctx.runtime.use(knownCounts)
    const known = ctx.actor.agentId === null ? counts.get(ctx.actor.orgId) : undefined
    const now = ctx.now().getTime()
    if (known && now - known.at < FRESH_MS) return known.told
    const told = await counted(ctx)
    if (ctx.actor.agentId !== null) return told
    counts.delete(ctx.actor.orgId)
    if (told.total > MANY) counts.set(ctx.actor.orgId, { told, at: now })
    if (counts.size > MAX_ORGS) counts.delete(counts.keys().next().value ?? '')
    return told
  },
})

interface Told {
  readonly total: number
  readonly exact: boolean
}

const knownCounts = resource<Map<string, { readonly told: Told; readonly at: number }>>({
  name: 'agents.counts',
  open: () => new Map(),
})

async function counted({ db, actor }: Context): Promise<Told> {
  const own = actor.agentId === null ? sql`` : sql`and agent_id = ${actor.agentId}`
  const { rows } = await sql<{ total: string }>`
    select count(*) as total from (
      select 1 from agent where org_id = ${actor.orgId} ${own} limit ${MAX_COUNTED + 1}
    ) as counted`.execute(db)
  const found = Number(rows[0]?.total ?? 0)
  return { total: Math.min(found, MAX_COUNTED), exact: found <= MAX_COUNTED }
}
