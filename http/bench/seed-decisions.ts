import { randomBytes } from 'node:crypto'
import type { DatabaseHandle } from '#core/db/index'
import { sealBatch, type OrgHead } from '#core/guard/batch.rules'
import type { Recordable } from '#core/guard/record.rules'
import { STATEMENT } from '#core/guard/recorder'

const ORG = 'org_default'
const BATCH = 1_000

/**
 * A history of so many decisions over thirty days: sealed by the recorder's own rules and written by its own statement,
 * so that ledger, tiles, roll-ups and events agree with it. The org must be fresh but for its first entries.
 */
export async function seedDecisions(handle: DatabaseHandle, count: number): Promise<void> {
  const start = Date.now() - 30 * 86_400_000
  let heads: ReadonlyMap<string, OrgHead> = new Map([[ORG, await headOf(handle)]])
  for (let done = 0; done < count; done += BATCH) {
    const size = Math.min(BATCH, count - done)
    const control = heads.get(ORG)?.control ?? 0
    const items = Array.from({ length: size }, (_, n) => {
      const at = new Date(start + Math.floor(((done + n) / count) * 30 * 86_400_000))
      return decision(done + n, control, at)
    })
    const sealed = sealBatch(items, heads)
    await handle.query(STATEMENT, [...sealed.parameters])
    heads = sealed.heads
  }
  await handle.query('analyze', [])
}

async function headOf(handle: DatabaseHandle): Promise<OrgHead> {
  const { rows } = await handle.query<{ size: number; frontier: string; control_revision: number }>(
    `select size, encode(frontier, 'hex') as frontier, control_revision from ledger_head where org_id = $1`,
    [ORG],
  )
  const [row] = rows
  if (!row) throw new Error('The database has no first org yet.')
  const frontier = (row.frontier.match(/.{64}/g) ?? []).map((hash) => Buffer.from(hash, 'hex'))
  return { size: Number(row.size), control: Number(row.control_revision), frontier }
}

const TYPES = ['review', 'build', 'fix', 'test', 'apply', 'sync', 'config', 'research']
const OUTCOMES = ['allow', 'allow', 'allow', 'allow', 'allow', 'allow', 'warn', 'require_approval'] as const

function decision(n: number, control: number, at: Date): Recordable {
  const id = `act_gd_${randomBytes(8).toString('hex')}`
  const agentId = `agent-${(n * 13) % 500}`
  const actionType = TYPES[n % TYPES.length] ?? 'fix'
  const outcome = OUTCOMES[(n * 7) % OUTCOMES.length] ?? 'allow'
  const digest = randomBytes(32).toString('hex')
  const data = {
    source: 'guard',
    decision: outcome,
    agent: agentId,
    action_type: actionType,
    act_digest: digest,
    risk: n % 90,
  }
  return {
    orgId: ORG,
    control,
    agentId,
    outcome,
    actionType,
    at,
    entries: [{ kind: 'decision', ref: id, at, data }],
    events: [],
    decision: {
      org_id: ORG,
      id,
      source: 'guard',
      agent_id: agentId,
      principal_id: 'key_bench',
      session_id: `session-${n % 2000}`,
      action_type: actionType,
      declared_action_type: actionType,
      declared_goal: 'Run the unit tests of the billing module after the fix of the rounding error',
      target: `packages/p${n % 40}`,
      decision: outcome,
      reason: outcome === 'allow' ? null : 'Seeded history.',
      warnings: [],
      matched_policies: [],
      risk_score: n % 90,
      verification_status: 'unverified',
      replay_status: 'not_applicable',
      act_status: 'not_applicable',
      act_digest: digest,
      intent_source: 'evidence',
      degraded: false,
      policy_revision: control,
      created_at: at,
    },
    context: { request: { action_type: actionType, agent_id: agentId }, risk_breakdown: {}, observed: {}, clauses: [] },
    evidence: null,
  }
}
