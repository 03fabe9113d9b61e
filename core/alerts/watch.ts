import { knownSettings, type OrgSettings } from '#core/settings/index'
import { resource, type Runtime } from '../kernel/runtime.ts'
import { checkSuspects } from './checks.ts'
import { raise } from './raise.ts'
import { RepeatedCalls } from './repeats.ts'
import { merge, suspectsOf, type Seen, type Suspect } from './watch.rules.ts'

/** Judges what was just written. One round at a time, and whoever comes meanwhile is in the next one together. */
class AlertWatch {
  readonly #runtime: Runtime
  readonly #calls = new RepeatedCalls()
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
      repeats: (event) =>
        this.#calls.note(
          `${event.org_id}\0${event.agent_id}\0${event.act_digest}`,
          event.received_at.getTime(),
          (this.#known(event.org_id)?.alert_loop_minutes ?? 60) * 60_000,
        ),
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
        const check = { db: this.#runtime.db, orgId, settings, now: this.#runtime.now() }
        await raise(this.#runtime, orgId, await checkSuspects(check, suspects))
      } catch (error) {
        this.#runtime.log.error({ err: error, org: orgId }, 'agents could not be judged')
      }
    }
  }
}

function hasCostLimit(settings: OrgSettings | undefined): boolean {
  return !settings || settings.alert_agent_cost_usd !== null || settings.alert_org_cost_usd !== null
}

export const alertWatch = resource<AlertWatch>({
  name: 'alerts.watch',
  open: (runtime) => new AlertWatch(runtime),
  close: (watch) => watch.close(),
})
