import { transact } from '../db/transact.ts'
import type { Database } from '../db/database.ts'
import type { Context } from '../kernel/context.ts'
import { newId } from '../kernel/id.ts'
import type { Transaction } from 'kysely'
import type { Definition } from './definition.rules.ts'
import { judge } from './judge.rules.ts'
import type { Reason } from './reason.ts'
import { seen, type Seen } from './seen.rules.ts'
import { countPins, definitionsOf, lockPins, twinsOf, type PinRow } from './store.ts'

/** Rows of one org: a server that makes up tools without end fills this and nothing else. */
const MAX_PINS = 20_000
/** Definitions of one tool. */
const MAX_DEFINITIONS = 20

export interface Checked {
  readonly name: string
  readonly digest: string
  readonly status: 'new' | 'pinned' | 'quarantined'
  readonly pin_id: string | null
  readonly reasons: Reason[]
}

/** How each definition stands, in the order given. What is seen for the first time is judged and kept. */
export async function checkTools(ctx: Context, server: string, tools: readonly Definition[]): Promise<Checked[]> {
  const now = tools.map(seen)
  const { orgId } = ctx.actor
  const names = [...new Set(now.map(({ tool }) => tool))]
  const known = await definitionsOf(ctx.db, orgId, server, names)
  if (now.every((one) => same(known, one))) return now.map((one) => standing(one, known))
  return transact(ctx.db, async (trx) => {
    await lockPins(trx, orgId)
    const rows = await definitionsOf(trx, orgId, server, names)
    const before = new Set(rows)
    const fresh = await firstSights(trx, ctx, { server, now, rows })
    if (fresh.length > 0) {
      await trx
        .insertInto('tool_pin')
        .values(fresh.map((row) => ({ ...row, reasons: JSON.stringify(row.reasons) })))
        .execute()
    }
    return now.map((one) => standing(one, [...rows, ...fresh], before))
  })
}

const same = (rows: readonly PinRow[], { tool, digest }: Seen): PinRow | undefined =>
  rows.find((row) => row.tool === tool && row.digest === digest)

interface Sight {
  readonly server: string
  readonly now: readonly Seen[]
  readonly rows: readonly PinRow[]
}

/** Rows for what no row is of yet, each judged with those before it in sight. */
async function firstSights(trx: Transaction<Database>, ctx: Context, { server, now, rows }: Sight): Promise<PinRow[]> {
  const { orgId, principalId } = ctx.actor
  const unknown = now.filter((one) => !same(rows, one))
  const twins = await twinsOf(
    trx,
    orgId,
    server,
    unknown.map(({ skeleton }) => skeleton),
  )
  let room = MAX_PINS - (unknown.length === 0 ? 0 : await countPins(trx, orgId, MAX_PINS))
  const fresh: PinRow[] = []
  for (const one of unknown) {
    const before = [...rows, ...fresh].filter(({ tool }) => tool === one.tool)
    if (room <= 0 || before.length >= MAX_DEFINITIONS || same(fresh, one)) continue
    room -= 1
    const reasons = judge(
      one,
      before,
      twins.filter(({ skeleton }) => skeleton === one.skeleton),
    )
    fresh.push({
      org_id: orgId,
      id: newId('pin'),
      server,
      ...one,
      state: reasons.length === 0 ? 'pinned' : 'quarantined',
      reasons,
      first_seen_at: ctx.now(),
      first_seen_by: principalId,
      approved_at: null,
      approved_by: null,
    })
  }
  return fresh
}

function standing(one: Seen, rows: readonly PinRow[], before: ReadonlySet<PinRow> = new Set(rows)): Checked {
  const { tool: name, digest } = one
  const row = same(rows, one)
  if (row === undefined) return { name, digest, status: 'quarantined', pin_id: null, reasons: [FULL] }
  if (row.state === 'pinned') {
    return { name, digest, status: before.has(row) ? 'pinned' : 'new', pin_id: row.id, reasons: [] }
  }
  return { name, digest, status: 'quarantined', pin_id: row.id, reasons: [...row.reasons] }
}

const FULL: Reason = {
  kind: 'limit',
  detail: `There is no room for it: at most ${MAX_DEFINITIONS} definitions of a tool and ${MAX_PINS} in all are kept. An admin has to remove some.`,
}
