/** The client of ClawTrait's documentation, for a Writ server: tasks go in, return and drift come out. */

export interface ClawTraitOptions {
  /** `ct_…`, or any key of Writ with the scopes `agents:write` and `agents:read`. */
  readonly apiKey: string | undefined
  /** Address of the server, as `https://writ.example`; `WRIT_URL` of the environment or this machine unless told. */
  readonly baseUrl?: string | undefined
  /** How long one call may take, in milliseconds; 30,000 unless told. */
  readonly timeoutMs?: number | undefined
  readonly fetch?: typeof globalThis.fetch | undefined
}

export interface TaskEvent {
  readonly agentId: string
  /** By whose name outcomes are compared. */
  readonly task: string
  readonly outcome: 'success' | 'failure' | 'partial'
  /** USD spent on this task. */
  readonly cost?: number | undefined
  readonly durationMs?: number | undefined
  /** Any context. `value`: what the outcome is worth in USD; `output`: text whose tone is measured and that is not kept. */
  readonly metadata?: Readonly<Record<string, unknown>> | undefined
  /** The same twice is counted once. */
  readonly id?: string | undefined
  /** When it ended, ISO 8601; now unless told. */
  readonly timestamp?: string | undefined
}

export type Period = '7d' | '30d' | '90d'

export interface AgentStats {
  readonly agentId: string
  readonly period: Period
  readonly totalTasks: number
  readonly successRate: number
  readonly costPerTask: number
  readonly totalCost: number
  /** Null when nobody said what the tasks are worth. */
  readonly netROI: number | null
}

export interface AgentDrift {
  readonly agentId: string
  /** 0: as it was; 1: a different agent. */
  readonly driftScore: number
  readonly status: 'healthy' | 'warning' | 'drifting' | 'insufficient_data'
  readonly baselineDate: string | null
  readonly topChanges: readonly { readonly dimension: string; readonly delta: number }[]
}

/** A call that did not succeed. */
export class ClawTraitError extends Error {
  override readonly name = 'ClawTraitError'
  /** HTTP status; 0 when no answer came. */
  readonly status: number
  readonly code: string | undefined
  /** Seconds after which a repeat makes sense. */
  readonly retryAfter: number | undefined

  constructor(message: string, failure: { status: number; code?: unknown; retryAfter?: number; cause?: unknown }) {
    super(message, failure.cause === undefined ? undefined : { cause: failure.cause })
    this.status = failure.status
    this.code = typeof failure.code === 'string' ? failure.code : undefined
    this.retryAfter = failure.retryAfter
  }
}

const PATH = '/clawtrait/v1'
const THIS_MACHINE = 'http://127.0.0.1:3000'

export class ClawTrait {
  readonly #apiKey: string
  readonly #base: string
  readonly #timeoutMs: number
  readonly #fetch: typeof globalThis.fetch

  constructor({ apiKey, baseUrl, timeoutMs = 30_000, fetch }: ClawTraitOptions) {
    if (!apiKey) throw new Error('apiKey is required')
    const server = (baseUrl ?? globalThis.process?.env['WRIT_URL'] ?? THIS_MACHINE).replace(/\/+$/, '')
    this.#apiKey = apiKey
    this.#base = server.endsWith(PATH) ? server : `${server}${PATH}`
    this.#timeoutMs = timeoutMs
    this.#fetch = fetch ?? ((input, init) => globalThis.fetch(input, init))
  }

  /** Tells that a task has ended. */
  async trackTask(event: TaskEvent): Promise<{ readonly id: string }> {
    return (await this.#call('POST', '/events', event)) as { id: string }
  }

  async getStats(agentId: string, { period }: { readonly period?: Period } = {}): Promise<AgentStats> {
    const query = period === undefined ? '' : `?period=${period}`
    return (await this.#call('GET', `/agents/${encodeURIComponent(agentId)}/stats${query}`)) as AgentStats
  }

  async getDrift(agentId: string): Promise<AgentDrift> {
    return (await this.#call('GET', `/agents/${encodeURIComponent(agentId)}/drift`)) as AgentDrift
  }

  async #call(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await this.#reached(
      this.#fetch(`${this.#base}${path}`, {
        method,
        headers: { Authorization: `Bearer ${this.#apiKey}`, 'Content-Type': 'application/json' },
        signal: AbortSignal.timeout(this.#timeoutMs),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    )
    const answer = parsed(await this.#reached(response.text()))
    if (response.ok) return answer
    const retry = Number(response.headers.get('retry-after') ?? Number.NaN)
    throw new ClawTraitError(answer.error ?? `The server answered with ${response.status}.`, {
      status: response.status,
      code: answer.code,
      ...(Number.isNaN(retry) ? {} : { retryAfter: retry }),
    })
  }

  async #reached<T>(work: Promise<T>): Promise<T> {
    try {
      return await work
    } catch (cause) {
      const isLate = cause instanceof Error && cause.name === 'TimeoutError'
      const message = isLate ? `${this.#base} did not answer in time.` : `${this.#base} cannot be reached.`
      throw new ClawTraitError(message, { status: 0, code: isLate ? 'timeout' : 'unreachable', cause })
    }
  }
}

function parsed(text: string): { readonly error?: string; readonly code?: unknown } {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {}
  }
}
