import { knownSettings, type OrgSettings } from '#core/settings/index'
import { resource, type Runtime } from '../kernel/runtime.ts'
import { checkSuspects } from './checks.ts'
import { Damper } from './damper.ts'
import { raise } from './raise.ts'
import { isWorthALook, RepeatedCalls } from './repeats.ts'
import { merge, suspectsOf, type Seen, type Suspect } from './watch.rules.ts'

/** Judges what was just written. One round at a time, and whoever comes meanwhile is in the next one together. */
class AlertWatch {
  readonly #runtime: Runtime
  readonly #calls = new RepeatedCalls()
  readonly #found = new Damper()
  #waiting = new Map<string, Suspect>()
  #running: Promise<void> = Promise.resolve()
  #next: Promise<void> | undefined

  constructor(runtime: Runtime) {
    this.#runtime = runtime
  }

  /** Settles when the events were judged; undefined when nothing about them asks for it. Never rejects. */
  look(events: readonly Seen[]): Promise<void> | undefined {
    const suspects = suspectsOf(events, {
      hasCostLimit: (orgId) => hasCostLimit(this.#known(orgId)),
      repeats: (event) => {
        const { alert_loop_minutes: minutes = 60, alert_loop_calls: enough = 2 } = this.#known(event.org_id) ?? {}
        const call = keyOf(event.org_id, event.agent_id, event.act_digest)
        return isWorthALook(this.#calls.note(call, event.received_at.getTime(), minutes * 60_000), enough)
      },
      rests: ({ org_id, agent_id, received_at }, kind) =>
        this.#found.rests(keyOf(org_id, agent_id, kind), received_at.getTime()),
    })
    if (suspects.size === 0) return undefined
    merge(this.#waiting, suspects)
    this.#next ??= this.#running = this.#running.then(() => this.#round())
    return this.#next
  }

  async close(): Promise<void> {
    await this.#running
  }

  /** Undefined while an org's settings are not known here yet. */
  #known(orgId: string): OrgSettings | undefined {
    const settings = this.#runtime.use(knownSettings).of(orgId)
    if (!(settings instanceof Promise)) return settings
    settings.catch(() => undefined)
    return undefined
  }

  async #round(): Promise<void> {
    this.#next = undefined
    const byOrg = Map.groupBy(this.#waiting.values(), (one) => one.org_id)
    this.#waiting = new Map()
    for (const [orgId, suspects] of byOrg) {
      try {
        const settings = await this.#runtime.use(knownSettings).of(orgId)
        const now = this.#runtime.now()
        const orgRests = this.#found.rests(keyOf(orgId, '', 'cost_spike'), now.getTime())
        const drafts = await checkSuspects({ db: this.#runtime.db, orgId, settings, now, orgRests }, suspects)
        await raise(this.#runtime, orgId, drafts)
        for (const { agent_id, kind } of drafts) this.#found.found(keyOf(orgId, agent_id, kind), now.getTime())
      } catch (error) {
        this.#runtime.log.error({ err: error, org: orgId }, 'agents could not be judged')
      }
    }
  }
}

const keyOf = (...parts: readonly string[]): string => parts.join('\0')

function hasCostLimit(settings: OrgSettings | undefined): boolean {
  return !settings || settings.alert_agent_cost_usd !== null || settings.alert_org_cost_usd !== null
}

export const alertWatch = resource<AlertWatch>({
  name: 'alerts.watch',
  open: (runtime) => new AlertWatch(runtime),
  close: (watch) => watch.close(),
})
