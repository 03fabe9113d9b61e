import { resource, type Runtime } from '../kernel/runtime.ts'
import { effectiveSettings, type OrgSettings } from './schema.ts'

/** How long a change made on another replica may go unseen here, at the most. */
const FRESH_MS = 2000
/** Of an org that was silent for this many turns nothing is taken for granted. */
const STALE_TURNS = 15
const MAX_ORGS = 5000

interface Entry {
  readonly settings: OrgSettings
  /** The turn it was read in: calls compare two numbers instead of asking for the time. */
  readonly turn: number
}

/** Settings of orgs as read a moment ago, for what asks on every call: no call waits for the database but an org's first. */
export class KnownSettings {
  readonly #runtime: Runtime
  readonly #entries = new Map<string, Entry>()
  readonly #reading = new Map<string, Promise<OrgSettings>>()
  readonly #timer: NodeJS.Timeout
  #turn = 0

  constructor(runtime: Runtime) {
    this.#runtime = runtime
    this.#timer = setInterval(() => this.grow(), FRESH_MS)
    this.#timer.unref()
  }

  /** Without a promise when they are known; then they are read again behind the caller's back as they grow old. */
  of(orgId: string): OrgSettings | Promise<OrgSettings> {
    const entry = this.#entries.get(orgId)
    if (entry !== undefined && entry.turn === this.#turn) return entry.settings
    const reading = this.#read(orgId)
    if (!entry || this.#turn - entry.turn > STALE_TURNS) return reading
    reading.catch((error: unknown) => this.#runtime.log.debug({ err: error }, 'settings could not be read again'))
    return entry.settings
  }

  /** Call after a change of them was committed here. */
  forget(orgId: string): void {
    this.#entries.delete(orgId)
    this.#reading.delete(orgId)
  }

  /** Everything known is a turn older, and read again when it is next asked for. */
  grow(turns = 1): void {
    this.#turn += turns
  }

  close(): void {
    clearInterval(this.#timer)
  }

  #read(orgId: string): Promise<OrgSettings> {
    const under = this.#reading.get(orgId)
    if (under) return under
    const turn = this.#turn
    const reading = this.#load(orgId)
      .then((settings) => {
        if (this.#reading.get(orgId) !== reading) return settings
        if (this.#entries.size >= MAX_ORGS) this.#entries.clear()
        this.#entries.set(orgId, { settings, turn })
        return settings
      })
      .finally(() => {
        if (this.#reading.get(orgId) === reading) this.#reading.delete(orgId)
      })
    this.#reading.set(orgId, reading)
    return reading
  }

  async #load(orgId: string): Promise<OrgSettings> {
    const rows = await this.#runtime.db
      .selectFrom('org_setting')
      .select(['key', 'value'])
      .where('org_id', '=', orgId)
      .execute()
    return effectiveSettings(rows, this.#runtime.settings)
  }
}

export const knownSettings = resource<KnownSettings>({
  name: 'settings.known',
  open: (runtime) => new KnownSettings(runtime),
  close: (known) => known.close(),
})
