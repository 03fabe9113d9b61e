import type { Transaction } from 'kysely'
import { z } from 'zod'
import { redactText } from '#core/scans/index'
import type { Database } from '../db/database.ts'
import { transact } from '../db/transact.ts'
import type { Context } from '../kernel/context.ts'
import { operation } from '../kernel/operation.ts'
import { AgentId, Connection, connectionToWire } from './schema.ts'
import { seeAgent } from './see.ts'
import { speakerOf } from './speaker.ts'

const MAX_SENT = 100
const MAX_KEPT = 200

const text = z
  .string()
  .min(1)
  .max(128)
  .transform((value) => redactText(value).text)

/** Each is checked by itself: one that is wrong does not spoil the others. */
const Item = z
  .object({ name: text.nullish(), provider: text.nullish(), type: text.nullish(), status: text.default('active') })
  .refine((item) => (item.name ?? item.provider ?? null) !== null, { message: 'name or provider is required' })

export const reportConnections = operation({
  name: 'agents_report_connections',
  title: 'Report connections',
  description: 'Tell what an agent is connected to, each by name or provider; the newest report of a name stands.',
  input: z.object({
    agent_id: AgentId.optional().describe('May be left away with a key bound to an agent'),
    connections: z.array(z.unknown()).max(MAX_SENT).describe('Objects {name or provider, type?, status?}'),
  }),
  output: z.object({
    connections: z.array(Connection),
    created: z.int().describe('Reports that were kept'),
    errors: z.array(z.object({ index: z.int(), error: z.string() })).optional(),
  }),
  scope: 'agents:write',
  annotations: { readOnly: false, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'post', path: '/api/agents/connections' },
  mcp: 'catalog',

  async handler(ctx, input) {
    const agentId = speakerOf(ctx, input)
    const { reports, errors } = read(input.connections)
    const kept = await transact(ctx.db, (trx) => keep(ctx, trx, agentId, reports))
    errors.push(...kept.errors)
    return {
      connections: kept.rows.map(connectionToWire),
      created: kept.rows.length,
      ...(errors.length > 0 ? { errors: errors.toSorted((a, b) => a.index - b.index) } : {}),
    }
  },
})

interface Report {
  readonly index: number
  readonly name: string
  readonly provider: string
  readonly type: string | null
  readonly status: string
}

interface Refused {
  readonly index: number
  readonly error: string
}

/** The last report of a name wins; an earlier one in the same call is as good as never sent. */
function read(items: readonly unknown[]): { reports: Map<string, Report>; errors: Refused[] } {
  const reports = new Map<string, Report>()
  const errors: Refused[] = []
  items.forEach((item, index) => {
    const parsed = Item.safeParse(item)
    if (!parsed.success) {
      const [issue] = parsed.error.issues
      errors.push({ index, error: [...(issue?.path ?? []), issue?.message].map(String).join(': ') })
      return
    }
    const { name, provider, type, status } = parsed.data
    const called = name ?? provider ?? ''
    reports.set(called, { index, name: called, provider: provider ?? called, type: type ?? null, status })
  })
  return { reports, errors }
}

/** Behind the lock of the agent's row, so that parallel reports together stay below the limit. */
async function keep(ctx: Context, trx: Transaction<Database>, agentId: string, reports: ReadonlyMap<string, Report>) {
  const { orgId } = ctx.actor
  const at = ctx.now()
  await seeAgent(ctx, trx, { agentId, agentName: null, at })
  const ofAgent = { org_id: orgId, agent_id: agentId }
  await trx
    .selectFrom('agent')
    .select('agent_id')
    .where((eb) => eb.and(ofAgent))
    .forUpdate()
    .execute()
  const before = await trx
    .selectFrom('agent_connection')
    .select('name')
    .where((eb) => eb.and(ofAgent))
    .execute()
  const names = new Set(before.map(({ name }) => name))
  const errors: Refused[] = []
  const values = [...reports.values()].flatMap(({ index, ...report }) => {
    if (!names.has(report.name) && names.size >= MAX_KEPT) {
      errors.push({ index, error: `an agent has at most ${MAX_KEPT} connections` })
      return []
    }
    names.add(report.name)
    return [{ ...ofAgent, ...report, reported_at: at }]
  })
  if (values.length === 0) return { rows: [], errors }
  const rows = await trx
    .insertInto('agent_connection')
    .values(values)
    .onConflict((conflict) =>
      conflict.columns(['org_id', 'agent_id', 'name']).doUpdateSet((eb) => ({
        provider: eb.ref('excluded.provider'),
        type: eb.ref('excluded.type'),
        status: eb.ref('excluded.status'),
        reported_at: eb.ref('excluded.reported_at'),
      })),
    )
    .returningAll()
    .execute()
  return { rows, errors }
}
