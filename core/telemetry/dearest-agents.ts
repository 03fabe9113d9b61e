import type { Context } from '../kernel/context.ts'
import { resource, type Runtime } from '../kernel/runtime.ts'
import { anomalyOn, type Anomaly } from './anomaly.rules.ts'
import {
  costByAgent,
  costHistory,
  hasManyAgents,
  type CostRange,
  type CostSum,
  type DayCost,
  type NamedSum,
  type OrgScope,
} from './costs.store.ts'

/** From here on the list of an org with many agents is added up again, though its costs have changed. */
const FRESH_MS = 10_000
/** Nothing is told that is older. */
const LONGEST_MS = 60_000
const MAX_LISTS = 200

interface DearAgent extends NamedSum {
  readonly anomaly: Anomaly | null
}

export interface DearestAgents {
  readonly agents: readonly DearAgent[]
  /** What was written until then is in; null where none were asked for. */
  readonly at: Date | null
}

type Loaded = DearestAgents & { readonly at: Date }

interface Kept extends Loaded {
  readonly mark: string
  readonly ofMany: boolean
}

interface Costs {
  readonly range: CostRange
  /** Of the range. */
  readonly total: CostSum
  /** The day whose cost is judged, and the costs of the days before it. */
  readonly day: string
  readonly history: readonly DayCost[]
}

/** The agents of the org that cost most in the range, or the one that was asked for. */
export async function dearestAgents(ctx: Context, { range, total, day, history }: Costs): Promise<DearestAgents> {
  if (range.agentId !== undefined) {
    const sums = await costByAgent(ctx, range)
    return { agents: sums.map((sum) => ({ ...sum, anomaly: anomalyOn(day, history) })), at: ctx.now() }
  }
  const before = history.reduce((sum, one) => sum + one.cost, 0)
  const mark = JSON.stringify([total, history.length, before])
  return ctx.runtime.use(knownDearest).of({ orgId: ctx.actor.orgId, range, day, mark })
}

interface Wanted extends Pick<Costs, 'range' | 'day'> {
  readonly orgId: string
  /**
   * The org's sums over the range and the days before `day`. They are written with those of the agents and only ever
   * grow: while they are what they were, the list is what it was.
   */
  readonly mark: string
}

interface Adding {
  readonly mark: string
  readonly ofMany: Promise<boolean>
  readonly list: Promise<Loaded>
}

/**
 * The dearest agents of an org in a range, which takes a pass over agents and days to find out. A list is told again
 * while the org's sums are the same; in an org with many agents, where each moment has another sum, for some seconds
 * longer.
 */
class KnownDearest {
  readonly #runtime: Runtime
  readonly #lists = new Map<string, Kept>()
  readonly #adding = new Map<string, Adding>()

  constructor(runtime: Runtime) {
    this.#runtime = runtime
  }

  async of(wanted: Wanted): Promise<DearestAgents> {
    const kept = this.#lists.get(keyOf(wanted))
    const age = kept === undefined ? Infinity : this.#runtime.now().getTime() - kept.at.getTime()
    if (kept === undefined || age > LONGEST_MS) return this.#add(wanted)
    if (kept.mark === wanted.mark) return kept
    if (!kept.ofMany) return this.#add(wanted)
    if (age > FRESH_MS) {
      this.#add(wanted).catch((error: unknown) =>
        this.#runtime.log.debug({ err: error }, 'costs could not be added up'),
      )
    }
    return kept
  }

  /** Once for all who want the same at the same time; what came in meanwhile is missed only where there are many agents. */
  async #add(wanted: Wanted): Promise<DearestAgents> {
    const key = keyOf(wanted)
    const under = this.#adding.get(key)
    if (under && (under.mark === wanted.mark || (await under.ofMany))) return under.list
    const ofMany = hasManyAgents(this.#ctx(wanted))
    const list = this.#load(wanted, ofMany)
    const adding = { mark: wanted.mark, ofMany, list }
    this.#adding.set(key, adding)
    try {
      const { agents, at } = await list
      this.#keep(key, { agents, at, mark: wanted.mark, ofMany: await ofMany })
      return { agents, at }
    } finally {
      if (this.#adding.get(key) === adding) this.#adding.delete(key)
    }
  }

  /** The list as it was at the latest when the mark was read: what is written from now on may be in it as well. */
  async #load(wanted: Wanted, ofMany: Promise<boolean>): Promise<Loaded> {
    const { range, day } = wanted
    const ctx = this.#ctx(wanted)
    const at = this.#runtime.now()
    const [sums] = await Promise.all([costByAgent(ctx, range), ofMany])
    const names = sums.map(({ name }) => name)
    const histories = await costHistory(ctx, day, names)
    return { at, agents: sums.map((sum) => ({ ...sum, anomaly: anomalyOn(day, histories.get(sum.name) ?? []) })) }
  }

  #keep(key: string, list: Kept): void {
    this.#lists.delete(key)
    this.#lists.set(key, list)
    const [oldest] = this.#lists.keys()
    if (this.#lists.size > MAX_LISTS && oldest !== undefined) this.#lists.delete(oldest)
  }

  #ctx({ orgId }: Wanted): OrgScope {
    return { db: this.#runtime.db, actor: { orgId } }
  }
}

const keyOf = ({ orgId, range, day }: Wanted): string => JSON.stringify([orgId, range.from, range.to, day])

const knownDearest = resource<KnownDearest>({
  name: 'telemetry.dearest-agents',
  open: (runtime) => new KnownDearest(runtime),
})
