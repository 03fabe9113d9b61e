import { resource, type Runtime } from '../kernel/runtime.ts'
import { MinuteCounter, type Usage } from './minute-counter.ts'
import { exchangeUsage, forgetUsage, type ForeignUsage } from './usage.store.ts'

const EXCHANGE_MS = 1000
const MINUTE_MS = 60_000

/** Callers are known credentials, so there are as many as keys in use. Addresses are whatever somebody comes from. */
const bounds = { caller: 100_000, org: 20_000, address: 20_000, look_up: 20_000, clawtrait: 20_000 } as const

type Kind = keyof typeof bounds
const kinds = Object.keys(bounds) as Kind[]

/**
 * The counts behind all rate limits of a server. Counted in memory; replicas of one database tell each other once a
 * second, behind every call's back. Between two exchanges a replica does not know of the calls that the others let
 * through, so N replicas may let through at most (N - 1) times what one may within that second, and never more than N
 * times the limit. One that cannot reach the database goes on with its own counts and what it heard last.
 */
export class Limits {
  readonly #runtime: Runtime
  readonly #counters: Readonly<Record<Kind, MinuteCounter>>
  #told = new Map<string, number>()
  #cleared = 0
  #exchanging: Promise<void> | undefined
  readonly #timer: NodeJS.Timeout | undefined

  constructor(runtime: Runtime) {
    this.#runtime = runtime
    const at = runtime.now().getTime()
    const counter = (kind: Kind): MinuteCounter => new MinuteCounter(bounds[kind], at)
    this.#counters = {
      caller: counter('caller'),
      org: counter('org'),
      address: counter('address'),
      look_up: counter('look_up'),
      clawtrait: counter('clawtrait'),
    }
    // The embedded database serves one process: there is nobody to tell.
    if (runtime.handle.engine !== 'postgres') return
    this.#timer = setInterval(() => void this.exchange(), EXCHANGE_MS)
    this.#timer.unref()
  }

  of(kind: Kind): MinuteCounter {
    return this.#counters[kind]
  }

  /** One exchange with the other replicas. Never rejects, never overlaps itself. */
  exchange(): Promise<void> {
    this.#exchanging ??= this.#exchange()
      .catch((error: unknown) => this.#runtime.log.warn({ err: error }, 'rate limits go by the counts of this replica'))
      .finally(() => {
        this.#exchanging = undefined
      })
    return this.#exchanging
  }

  async #exchange(): Promise<void> {
    const { db, replicaId: replica } = this.#runtime
    const at = this.#runtime.now().getTime()
    const minute = Math.floor(at / MINUTE_MS)
    const used = kinds.flatMap((kind) =>
      this.#counters[kind].used(at).map((one) => ({ ...one, key: `${kind} ${one.key}` })),
    )
    const news = used.filter((one) => this.#told.get(nameOf(one)) !== one.used)
    const foreign = await exchangeUsage(db, { replica, minute }, news)
    this.#told = new Map(used.map((one) => [nameOf(one), one.used]))
    for (const kind of kinds) for (const one of [minute - 1, minute]) this.#learn(kind, one, foreign)
    if (this.#cleared === minute) return
    await forgetUsage(db, minute)
    this.#cleared = minute
  }

  #learn(kind: Kind, minute: number, foreign: readonly ForeignUsage[]): void {
    const own = foreign.filter((one) => one.minute === minute && one.key.startsWith(`${kind} `))
    const sums = own.map(({ key, used }) => [key.slice(kind.length + 1), used] as const)
    this.#counters[kind].learn(minute, new Map(sums))
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.#exchanging
  }
}

const nameOf = ({ minute, key }: Usage): string => `${minute} ${key}`

export const limits = resource<Limits>({
  name: 'limits',
  open: (runtime) => new Limits(runtime),
  close: (open) => open.close(),
})
