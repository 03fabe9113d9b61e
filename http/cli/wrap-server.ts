import type { Checked } from '#core/tool-pins/index'
import { agentIdOf } from '#mcp/identity.rules'
import { WritFailure, type WritServer } from '#mcp/gateway/writ-server'
import { WritError, type Connection } from '../client/index.ts'

type Of<M extends 'createAction' | 'waitForApproval' | 'updateAction' | 'checkTools' | 'joinCall'> = Parameters<
  WritServer[M]
>

/** Longer than a call may wait for the server to be started or found. */
const CHECK_MS = 30_000

/** The Writ server as the gateway of `writ wrap` sees it. */
export class WrapServer implements WritServer {
  clientName: string | undefined
  readonly #connection: Promise<Connection>
  readonly #agent: string | undefined
  /** The key speaks for one agent, whatever the client calls itself. */
  #bound = false

  constructor(connection: Promise<Connection>, agent: string | undefined) {
    this.#connection = connection
    this.#agent = agent
    connection.catch(() => undefined)
  }

  async createAction(input: Of<'createAction'>[0]): ReturnType<WritServer['createAction']> {
    const agent = this.#bound ? undefined : (this.#agent ?? agentIdOf(this.clientName) ?? 'mcp-client')
    try {
      const named = agent === undefined ? {} : { agent_id: agent }
      return await (await this.#connection).call('actions_create', { ...input, ...named })
    } catch (thrown) {
      const isMismatch = thrown instanceof WritError && thrown.code === 'AGENT_MISMATCH'
      if (!isMismatch || this.#bound || this.#agent !== undefined) throw failureOf(thrown)
      this.#bound = true
      return this.createAction(input)
    }
  }

  async joinCall(call: Of<'joinCall'>[0]): Promise<string | null> {
    const named = this.#agent === undefined ? {} : { agent: this.#agent }
    return (await (await this.#connection).call('hosts_join', { ...call, ...named })).action_id
  }

  async waitForApproval(...[id, seconds, signal]: Of<'waitForApproval'>): ReturnType<WritServer['waitForApproval']> {
    try {
      const connection = await this.#connection
      const options = { signal, timeoutMs: Math.ceil(seconds + 15) * 1000 }
      return await connection.call('approvals_wait', { action_id: id, timeout_seconds: seconds }, options)
    } catch (thrown) {
      throw failureOf(thrown)
    }
  }

  async updateAction(...[id, change]: Of<'updateAction'>): Promise<unknown> {
    try {
      return await (await this.#connection).call('actions_update', { ...change, action_id: id })
    } catch (thrown) {
      throw failureOf(thrown)
    }
  }

  async checkTools(...[server, tools, signal]: Of<'checkTools'>): Promise<readonly Checked[]> {
    try {
      const options = { signal, timeoutMs: CHECK_MS }
      const answer = await (await this.#connection).call('tool_pins_check', { server, tools: [...tools] }, options)
      return answer.tools
    } catch (thrown) {
      throw failureOf(thrown)
    }
  }
}

function failureOf(thrown: unknown): unknown {
  if (!(thrown instanceof WritError)) return thrown
  const { status, code, message, details = [] } = thrown
  if (status === 0 || status >= 500) return new WritFailure('unavailable', message, thrown)
  if (code === 'blocked' || code === 'AGENT_NOT_REGISTERED' || thrown.name === 'GuardBlockedError') {
    return new WritFailure('blocked', blockedBy(thrown), thrown)
  }
  const hint = status === 401 ? ' Set WRIT_API_KEY to an agent key of this server.' : ''
  return new WritFailure('refused', `${[message, ...details].join('; ')}.${hint}`, thrown)
}

interface Decision {
  readonly reasons?: readonly string[]
  readonly explain?: readonly { readonly policy_name: string; readonly effect: string }[]
  readonly recovery?: { readonly suggestion?: string } | null
}

/** The decision's own reasons, the policies behind them, and what it suggests. */
function blockedBy({ body, message }: WritError): string {
  const { reasons = [], explain = [], recovery } = (body['decision'] ?? {}) as Decision
  const why = reasons.length > 0 ? reasons.join(' ') : message
  const policies = [...new Set(explain.filter(({ effect }) => effect === 'block').map((one) => one.policy_name))]
  return [why, policies.length > 0 ? `(policy: ${policies.join(', ')})` : '', recovery?.suggestion ?? '']
    .filter((part) => part !== '')
    .join(' ')
}
