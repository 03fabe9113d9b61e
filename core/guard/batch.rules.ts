import { sealEntries, type Head } from '#core/ledger/index'
import { rankOf } from '#core/policies/index'
import type { Recordable, Recorded, Row } from './record.rules.ts'

export interface OrgHead extends Head {
  readonly control: number
}

export interface SealedBatch {
  /** The parameters of `writ_record`, in order: JSON, or lines of JSON. */
  readonly parameters: readonly string[]
  readonly heads: ReadonlyMap<string, OrgHead>
  readonly recorded: Recorded[]
}

interface Rows {
  readonly heads: Row[]
  readonly entries: Row[]
  /** Canonical JSON of each entry. */
  readonly bodies: string[]
  readonly tiles: Row[]
  /** JSON of each row. */
  readonly decisions: string[]
  readonly events: Row[]
}

/** Numbers and hashes a batch behind the heads of its orgs and lays it out for one statement. Pure. */
export function sealBatch(items: readonly Recordable[], known: ReadonlyMap<string, OrgHead>): SealedBatch {
  const rows: Rows = { heads: [], entries: [], bodies: [], tiles: [], decisions: [], events: [] }
  const heads = new Map<string, OrgHead>()
  const recorded: Recorded[] = Array.from({ length: items.length })
  for (const [orgId, members] of byOrg(items)) {
    const before = known.get(orgId)
    if (!before) throw new Error(`No ledger head is known for ${orgId}.`)
    heads.set(orgId, sealOrg(orgId, members, before, rows))
    let seq = before.size
    for (const { item, index } of members) {
      recorded[index] = { seq }
      rows.decisions[index] = numbered(item.decision, seq)
      seq += item.entries.length
    }
  }
  const { byAgent, totals } = rollups(items)
  const parameters = [
    JSON.stringify(rows.heads),
    JSON.stringify(rows.entries),
    rows.bodies.join('\n'),
    JSON.stringify(rows.tiles),
    `[${rows.decisions.join(',')}]`,
    items.map(({ context }) => JSON.stringify(context)).join('\n'),
    items.map(({ evidence }) => JSON.stringify(evidence)).join('\n'),
    ...[
      byAgent,
      totals,
      sessions(items),
      rows.events,
      keys(items),
      items.flatMap((item) => item.action ?? []),
      items.flatMap((item) => item.approval ?? []),
    ].map((value) => (value.length === 0 ? '[]' : JSON.stringify(value))),
  ]
  return { parameters, heads, recorded }
}

/** The row's JSON with its number in front, without a copy of the row. */
function numbered(row: Row, seq: number): string {
  const text = JSON.stringify(row)
  return text === '{}' ? `{"seq":${seq}}` : `{"seq":${seq},${text.slice(1)}`
}

type Members = readonly { readonly item: Recordable; readonly index: number }[]

/** Head, entries, tiles and events of one org; answers its new head. */
function sealOrg(orgId: string, members: Members, before: OrgHead, rows: Rows): OrgHead {
  const sealed = sealEntries(
    before,
    orgId,
    members.flatMap(({ item }) => item.entries),
  )
  const at = members.at(-1)?.item.at ?? new Date(0)
  const frontier = Buffer.concat(sealed.head.frontier).toString('hex')
  rows.heads.push({
    org_id: orgId,
    old_size: before.size,
    control: before.control,
    new_size: sealed.head.size,
    frontier,
    at,
  })
  for (const { seq, at: time, kind, ref, body, leaf_hash: hash } of sealed.rows) {
    rows.entries.push({ org_id: orgId, seq, at: time, kind, ref, leaf_hash: hash.toString('hex') })
    rows.bodies.push(body)
  }
  for (const tile of sealed.tiles) {
    rows.tiles.push({ org_id: orgId, level: tile.level, idx: tile.index, hash: tile.hash.toString('hex') })
  }
  const range = { from_seq: before.size, to_seq: sealed.head.size - 1 }
  rows.events.push({ org_id: orgId, name: 'guard.decision.created', ref: null, payload: range, at })
  for (const { item } of members) {
    for (const event of item.events) rows.events.push({ org_id: orgId, ...event, at: item.at })
  }
  return { ...sealed.head, control: before.control }
}

function byOrg(items: readonly Recordable[]): Map<string, { item: Recordable; index: number }[]> {
  const groups = new Map<string, { item: Recordable; index: number }[]>()
  items.forEach((item, index) => {
    const group = groups.get(item.orgId)
    if (group) group.push({ item, index })
    else groups.set(item.orgId, [{ item, index }])
  })
  return groups
}

/** Added up here, so that the batch touches each counter once. Days and hours are UTC. */
function rollups(items: readonly Recordable[]): { byAgent: Row[]; totals: Row[] } {
  const byAgent = new Map<string, Row & { count: number }>()
  const totals = new Map<string, Row & { count: number }>()
  for (const { orgId, agentId, outcome, at } of items) {
    const time = at.toISOString()
    const [day, hour] = [time.slice(0, 10), `${time.slice(0, 13)}:00:00Z`]
    const agent = agentId ?? ''
    add(byAgent, `${orgId}\0${agent}\0${outcome}\0${day}`, { org_id: orgId, day, agent_id: agent, decision: outcome })
    add(totals, `${orgId}\0${outcome}\0${hour}`, { org_id: orgId, hour, day, decision: outcome })
  }
  return { byAgent: [...byAgent.values()], totals: [...totals.values()] }
}

function add(sums: Map<string, Row & { count: number }>, key: string, row: Row): void {
  const sum = sums.get(key)
  if (sum) sum.count += 1
  else sums.set(key, { ...row, count: 1 })
}

function sessions(items: readonly Recordable[]): Row[] {
  const sums = new Map<
    string,
    {
      decisions: number
      warns: number
      approvals: number
      blocks: number
      flags: Set<string>
      types: Set<string>
      row: Row
    }
  >()
  for (const { orgId, session, at, outcome, actionType } of items) {
    if (!session) continue
    const key = `${orgId}\0${session.id}`
    let sum = sums.get(key)
    if (!sum) {
      sum = {
        decisions: 0,
        warns: 0,
        approvals: 0,
        blocks: 0,
        flags: new Set(),
        types: new Set(),
        row: { org_id: orgId, session_id: session.id, at },
      }
      sums.set(key, sum)
    }
    sum.decisions += 1
    const counter = (['decisions', 'warns', 'approvals', 'blocks'] as const)[rankOf(outcome)]
    if (counter && counter !== 'decisions') sum[counter] += 1
    for (const flag of session.flags) sum.flags.add(flag)
    sum.types.add(actionType)
  }
  return [...sums.values()].map(({ row, flags, types, ...counts }) => ({
    ...row,
    ...counts,
    flags: [...flags],
    action_types: [...types],
  }))
}

function keys(items: readonly Recordable[]): Row[] {
  return items.flatMap((item) =>
    item.idempotency
      ? [{ org_id: item.orgId, ...item.idempotency, decision_id: item.decision['id'], at: item.at }]
      : [],
  )
}
