import { Runtime, type Ports } from '#core/kernel/runtime'
import { loadSettings } from '#core/kernel/config'
import { silentLog } from '#core/kernel/log'
import { openDatabase } from '#core/db/index'
import type { Need, PolicyNeed, RequestFacts, Spend } from '#core/policies/index'
import { testDatabase, type TestDatabase } from '#core/testing/database'
import { observeNeeds, type ObserveOptions } from './observe.ts'
import { sampleTestFacts } from './test-facts.ts'

const SECRET_KEY = '07'.repeat(32)

interface Where {
  readonly on?: Runtime
  readonly orgId?: string
  readonly request?: RequestFacts
}

/** A real database, a clock that only the test moves, and needs with defaults. */
export class TestBench {
  readonly runtime: Runtime
  readonly #database: TestDatabase
  readonly #others: Runtime[] = []
  #time = Date.parse('2026-03-04T05:06:07.000Z')
  #references = 0

  private constructor(database: TestDatabase, options: { flags: Record<string, unknown>; ports: Ports }) {
    this.#database = database
    this.runtime = this.#runtimeOn(database.handle, options)
  }

  static async open(options: { flags?: Record<string, unknown>; ports?: Partial<Ports> } = {}): Promise<TestBench> {
    const ports = { fetch: () => Promise.reject(new Error('no outbound calls in this test')), ...options.ports }
    return new TestBench(await testDatabase(), { flags: { secret_key: SECRET_KEY, ...options.flags }, ports })
  }

  #runtimeOn(
    handle: TestDatabase['handle'],
    { flags, ports }: { flags: Record<string, unknown>; ports: Ports },
  ): Runtime {
    const settings = loadSettings({ flags, env: {}, home: '/nonexistent' })
    // The database outlives its runtimes: it is closed once, at the end.
    const kept = handle === this.#database.handle ? { ...handle, close: () => Promise.resolve() } : handle
    return new Runtime({ handle: kept, settings, ports, log: silentLog, now: () => new Date(this.#time) })
  }

  /** A second replica: its own batches; on PostgreSQL also its own connections. */
  async replica(): Promise<Runtime> {
    const { url, handle } = this.#database
    const own = url === undefined ? handle : await openDatabase({ url })
    const runtime = this.#runtimeOn(own, { flags: { secret_key: SECRET_KEY }, ports: this.runtime.ports })
    this.#others.push(runtime)
    return runtime
  }

  pass(milliseconds: number): void {
    this.#time += milliseconds
  }

  get now(): Date {
    return new Date(this.#time)
  }

  /** A reference that was not used before. */
  reference(): string {
    this.#references += 1
    return `act_gd_${this.#references}`
  }

  observe(needs: readonly PolicyNeed[], options: Partial<ObserveOptions> & Where = {}) {
    const { on = this.runtime, orgId = 'org_a', request = {}, ...rest } = options
    const defaults = {
      signal: AbortSignal.timeout(10_000),
      count: true,
      reference: this.reference(),
      remainingMs: 10_000,
    }
    return observeNeeds(on, orgId, needs, sampleTestFacts(orgId, request), { ...defaults, ...rest })
  }

  /** As when the server goes away in the middle. */
  async loseDatabase(): Promise<void> {
    await this.#database.close()
  }

  async close(): Promise<void> {
    for (const other of this.#others) await other.close()
    await this.runtime.close()
    await this.#database.close()
  }
}

export function webhookNeed(url: string, given: Partial<Of<'webhook'>> = {}): PolicyNeed {
  return {
    kind: 'webhook',
    policyId: 'hook',
    url,
    timeout_ms: 2000,
    on_timeout: 'require_approval',
    mode: 'enforce',
    ...given,
  }
}

export function semanticNeed(given: Partial<Of<'semantic'>> = {}): PolicyNeed {
  return { kind: 'semantic', policyId: 'rule', instruction: 'Never deploy on a Friday.', mode: 'enforce', ...given }
}

type Of<K extends Need['kind']> = Extract<PolicyNeed, { kind: K }>

export function rateNeed(given: Partial<Of<'rate'>> = {}): PolicyNeed {
  return {
    kind: 'rate',
    policyId: 'rate',
    subject: 'agent:a1',
    window_seconds: 3600,
    max: 5,
    mode: 'enforce',
    ...given,
  }
}

type BudgetGiven = Partial<Omit<Of<'budget'>, 'estimate'>> & { estimate?: Partial<Spend> }

export function budgetNeed({ estimate, ...given }: BudgetGiven = {}): PolicyNeed {
  const cost = { usd_micros: 0, tokens: 0, calls: 1, ...estimate }
  const what = { kind: 'budget', policyId: 'budget', scope: 'agent', subject: 'agent:a1', window: 'day' } as const
  return { ...what, limits: { calls: 10 }, told: null, mode: 'enforce', ...given, estimate: cost }
}
