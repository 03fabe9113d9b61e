import type { Transaction } from 'kysely'
import { withConnectionFaults } from '#core/db/index'
import { compilePolicies, loadPolicyRows, type CompiledPolicies } from '#core/policies/index'
import { effectiveSettings, type OrgSettings } from '#core/settings/index'
import type { Database } from '../db/database.ts'
import { Fault } from '../kernel/errors.ts'
import { resource, type Runtime } from '../kernel/runtime.ts'
import { CurrentVersions } from './versions.ts'

export interface Halt {
  readonly at: Date
  readonly by: string
  readonly reason: string | null
}

/** What governs an org at one control revision: immutable, swapped whole when anything in it changes. */
export interface Snapshot {
  readonly orgId: string
  /** Bumped in the transaction of every change of policy, key, halt, pause or setting. */
  readonly control: number
  readonly policies: CompiledPolicies
  readonly settings: OrgSettings
  readonly halt: Halt | null
  readonly paused: ReadonlyMap<string, Halt>
  /** Which version an agent acts as when it names none. */
  readonly versions: CurrentVersions
}

const FRESH_MS = 1000
const MAX_ORGS = 5000

interface Entry {
  snapshot: Snapshot
  checkedAt: number
  /** False: the org has no approval that a retry could use up, so none is looked for. */
  approvals: boolean
}

interface Standing {
  readonly control: number
  readonly approvals: boolean
}

/** Longer than an approval may wait to be released after the verdict. */
const APPROVALS_MS = 20 * 60_000

/**
 * Snapshots by org. A stale one cannot do harm: the statement that records a decision compares the
 * control revision it was made under with the current one and refuses when they differ.
 */
export class Snapshots {
  readonly #runtime: Runtime
  readonly #entries = new Map<string, Entry>()
  readonly #loading = new Map<string, Promise<Snapshot>>()

  constructor(runtime: Runtime) {
    this.#runtime = runtime
  }

  /** The snapshot in memory when it was confirmed within the last second. */
  now(orgId: string): Snapshot | undefined {
    const entry = this.#entries.get(orgId)
    return entry && performance.now() - entry.checkedAt <= FRESH_MS ? entry.snapshot : undefined
  }

  /** At most a second old: for decisions, whose recording checks it again. */
  async get(orgId: string): Promise<Snapshot> {
    // Kysely tells of a closed database without asking the driver, which knows what such an error means.
    return this.now(orgId) ?? withConnectionFaults(() => this.current(orgId))
  }

  /** Never older than this call: for whatever acts on it without recording a decision. */
  async current(orgId: string): Promise<Snapshot> {
    const entry = this.#entries.get(orgId)
    if (!entry) return this.reload(orgId)
    const checkedAt = performance.now()
    const { control, approvals } = await this.#standing(orgId)
    if (control !== entry.snapshot.control) {
      // A load under way may have begun before the change: then it is read once more.
      const loaded = await this.reload(orgId)
      return loaded.control >= control ? loaded : this.reload(orgId)
    }
    entry.checkedAt = checkedAt
    entry.approvals = approvals
    return entry.snapshot
  }

  /** Reads everything anew; parallel callers share one read. */
  reload(orgId: string): Promise<Snapshot> {
    const running = this.#loading.get(orgId)
    if (running) return running
    const loading = this.#load(orgId).finally(() => this.#loading.delete(orgId))
    this.#loading.set(orgId, loading)
    return loading
  }

  /** Whether the org may have an approval to use up: true from the moment one is asked for here, or within a second elsewhere. */
  mayHoldApproval(orgId: string): boolean {
    return this.#entries.get(orgId)?.approvals ?? true
  }

  noteApproval(orgId: string): void {
    const entry = this.#entries.get(orgId)
    if (entry) entry.approvals = true
  }

  async #standing(orgId: string): Promise<Standing> {
    const since = new Date(this.#runtime.now().getTime() - APPROVALS_MS)
    const row = await this.#runtime.db
      .selectFrom('ledger_head')
      .select((eb) => [
        'control_revision',
        eb
          .exists(
            eb
              .selectFrom('approval')
              .select('approval.id')
              .where('approval.org_id', '=', orgId)
              .where('approval.state', 'in', ['pending', 'approved'])
              .where('approval.released_at', 'is', null)
              .where((open) =>
                open.or([open('approval.state', '=', 'pending'), open('approval.decided_at', '>', since)]),
              ),
          )
          .as('approvals'),
      ])
      .where('ledger_head.org_id', '=', orgId)
      .executeTakeFirst()
    if (!row) throw new Fault('not_found', 'Organization not found')
    return { control: Number(row.control_revision), approvals: Boolean(row.approvals) }
  }

  async #load(orgId: string): Promise<Snapshot> {
    const checkedAt = performance.now()
    const snapshot = await this.#runtime.db
      .transaction()
      .setIsolationLevel('repeatable read')
      .execute(async (trx) => {
        const org = await governedBy(trx, orgId)
        const paused = await trx
          .selectFrom('agent')
          .select(['agent_id', 'paused_at', 'paused_by', 'pause_reason'])
          .where('org_id', '=', orgId)
          .where('paused_at', 'is not', null)
          .execute()
        const settings = await trx
          .selectFrom('org_setting')
          .select(['key', 'value'])
          .where('org_id', '=', orgId)
          .execute()
        const policies = await loadPolicyRows(trx, orgId)
        return {
          orgId,
          control: Number(org.control_revision),
          policies: compilePolicies(policies),
          settings: effectiveSettings(settings, this.#runtime.settings),
          halt: org.halted_at && { at: org.halted_at, by: org.halted_by ?? 'unknown', reason: org.halt_reason },
          paused: new Map(
            paused.map((row) => [
              row.agent_id,
              { at: row.paused_at ?? new Date(0), by: row.paused_by ?? 'unknown', reason: row.pause_reason },
            ]),
          ),
          versions: new CurrentVersions(this.#runtime, orgId, Boolean(org.versioned)),
        }
      })
    if (this.#entries.size >= MAX_ORGS) this.#entries.clear()
    this.#entries.set(orgId, { snapshot, checkedAt, approvals: true })
    return snapshot
  }
}

/** The org's own row: halt, control revision, and whether any of its agents has a version. */
async function governedBy(trx: Transaction<Database>, orgId: string) {
  const org = await trx
    .selectFrom('ledger_head')
    .innerJoin('organization', 'organization.org_id', 'ledger_head.org_id')
    .select(['control_revision', 'halted_at', 'halted_by', 'halt_reason'])
    .select((eb) =>
      eb
        .exists(
          eb
            .selectFrom('agent')
            .select('agent.agent_id')
            .where('agent.org_id', '=', orgId)
            .where('agent.current_version_id', 'is not', null),
        )
        .as('versioned'),
    )
    .where('ledger_head.org_id', '=', orgId)
    .executeTakeFirst()
  if (!org) throw new Fault('not_found', 'Organization not found')
  return org
}

export const snapshots = resource<Snapshots>({ name: 'guard.snapshots', open: (runtime) => new Snapshots(runtime) })

/** SQLSTATE that `writ_record` raises when a head or its control revision moved. */
export const HEAD_MOVED = 'WR001'
/** SQLSTATE that `writ_record` raises when an idempotency key was taken by a parallel call. */
export const KEY_RACED = 'WR002'
