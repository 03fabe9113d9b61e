import { toolRequests, withoutProse } from '#core/transcripts/index'
import { redactText, secretScan } from '#core/scans/index'
import { cut } from '#core/kernel/text'
import type { HostCall } from './host-call.rules.ts'
import type { Json } from './message.rules.ts'
import { isUnavailable, WritFailure, type WritServer } from './writ-server.ts'

export interface GovernOptions {
  /** The name under which the server is wrapped. */
  readonly server: string
  readonly session: string
  readonly waitSeconds: number
  readonly unavailable: 'refuse' | 'allow'
  /** The command a person decides with, as `writ`. */
  readonly program: string
  readonly tell: (line: string) => void
}

export interface Call {
  readonly tool: string
  readonly input: Json
  /** As the client names it, when it does. */
  readonly of: HostCall | null
  readonly signal: AbortSignal
}

/** A call that may run; its action is null where Writ was away and the operator lets calls run then. */
export type Ruling =
  | { readonly allow: true; readonly actionId: string | null }
  | { readonly allow: false; readonly text: string }

export interface Outcome {
  readonly failed: boolean
  readonly cancelled?: boolean
  readonly text: string
  readonly durationMs: number
}

const CUT = 'The act is longer than guard reads, so a person has to look at it.'
const SLICE_SECONDS = 45
const SUMMARY = 500
/** Source: the limits of an action. */
const MAX_PROSE = 4000

/** Asks Writ about each call of a wrapped server's tools. Whatever is not plainly an allow is a refusal. */
export class Governor {
  readonly #writ: WritServer
  readonly #options: GovernOptions
  readonly #reports = new Set<Promise<void>>()
  readonly #joined = new Set<string>()

  constructor(writ: WritServer, options: GovernOptions) {
    this.#writ = writ
    this.#options = options
  }

  async rule(call: Call): Promise<Ruling> {
    try {
      const joined = await this.#join(call)
      return joined === null ? await this.#ask(call) : { allow: true, actionId: joined }
    } catch (thrown) {
      call.signal.throwIfAborted()
      if (isUnavailable(thrown)) {
        if (this.#options.unavailable === 'allow') {
          this.#options.tell(`${call.tool} ran without a decision: ${thrown.message}`)
          return { allow: true, actionId: null }
        }
        const next = 'No decision, so the call was not made. Tell the person; try again when Writ is back.'
        return refuse(`${thrown.message} ${next}`)
      }
      if (thrown instanceof WritFailure && thrown.kind === 'blocked') {
        return refuse(`blocked: ${thrown.message} The call was not made. Do not try it again in other words.`)
      }
      const why = thrown instanceof Error ? thrown.message : String(thrown)
      return refuse(`the decision failed: ${why} The call was not made.`)
    }
  }

  /**
   * The action that the client's own hook was allowed for this call: the same call is not asked about twice. Once, and
   * null whenever there is a doubt.
   */
  async #join({ tool, input, of }: Call): Promise<string | null> {
    if (of === null) return null
    const key = JSON.stringify([of.host, of.session_id, of.tool_use_id])
    if (this.#joined.has(key)) return null
    this.#joined.add(key)
    const named = `mcp__${this.#options.server}__${tool}`
    return await this.#writ.joinCall({ ...of, tool_name: named, tool_input: input }).catch(() => null)
  }

  async #ask({ tool, input, signal }: Call): Promise<Ruling> {
    const { session, server } = this.#options
    const { input: act, prose } = withoutProse(input)
    const [one] = toolRequests({ tool: `mcp__${server}__${tool}`, input: act, sessionId: session })
    if (one === undefined) return refuse('there is nothing to decide on, so the call was not made.')
    const secret = secretScan(one.unseen).findings[0]
    // Not to be broken off: what Writ let run is closed by its id, also when the client went away meanwhile.
    const created = await this.#writ.createAction({
      ...one.request,
      declared_goal: one.request.declared_goal ?? tool,
      ...(prose === undefined ? {} : { reasoning: cut(prose, MAX_PROSE) }),
      // Text beyond what guard reads is shown to it where a secret stands.
      ...(secret ? { content: one.unseen.slice(Math.max(0, secret.start - 200), secret.end + 200) } : {}),
      ...(one.actCut ? { status: 'pending_approval' as const, authorization_scope: CUT } : {}),
    })
    const { action_id: actionId, action, decision } = created
    if (action.status === 'pending_approval') return this.#wait(actionId, decision?.reasons ?? [], signal)
    const known = decision?.decision === 'allow' || decision?.decision === 'warn'
    if (known && action.status === 'running') return { allow: true, actionId }
    return refuse(
      `the answer about action ${actionId} is no allow (${decision?.decision ?? 'no decision'}, ${action.status}), so the call was not made.`,
    )
  }

  async #wait(actionId: string, reasons: readonly string[], signal: AbortSignal): Promise<Ruling> {
    const end = performance.now() + this.#options.waitSeconds * 1000
    for (;;) {
      const left = Math.max(0, (end - performance.now()) / 1000)
      const standing = await this.#writ.waitForApproval(actionId, Math.min(left, SLICE_SECONDS), signal)
      if (standing.approved && standing.released) return { allow: true, actionId }
      if (standing.timed_out && standing.action.status === 'pending_approval' && end > performance.now()) continue
      if (standing.denied) {
        const why = standing.denial_reason ?? 'no reason given'
        return refuse(`a person denied it (${actionId}): ${why}. The call was not made. ${standing.next}`)
      }
      if (!standing.timed_out) return refuse(`${standing.next} (${actionId}) The call was not made.`)
      const { program } = this.#options
      return refuse(
        `${[...reasons, ''].join(' ')}This call waits for a person (${actionId}); nobody has decided yet, so it was not made. ` +
          `This is not a denial. A person decides with: ${program} approve ${actionId} (or ${program} deny ${actionId}). ` +
          'Then call this tool again with exactly the same arguments; the approval lets it run once.',
      )
    }
  }

  /** Told in the background: the agent does not wait for it. */
  report(actionId: string | null, { failed, cancelled, text, durationMs }: Outcome): void {
    if (actionId === null) return
    const words = cut(redactText(cut(text, 50_000)).text, SUMMARY)
    const change = {
      status: cancelled ? ('cancelled' as const) : failed ? ('failed' as const) : ('completed' as const),
      close_if_running: true,
      duration_ms: Math.max(0, Math.round(durationMs)),
      ...(failed || cancelled ? { error_message: words || 'The tool failed.' } : { output_summary: words || 'Done.' }),
    }
    const told: Promise<void> = this.#writ
      .updateAction(actionId, change)
      .then(
        () => undefined,
        (thrown: unknown) => this.#options.tell(`the outcome of ${actionId} could not be reported: ${String(thrown)}`),
      )
      .finally(() => this.#reports.delete(told))
    this.#reports.add(told)
  }

  /** Outcomes that are still on their way. */
  async settled(): Promise<void> {
    await Promise.all(this.#reports)
  }
}

const refuse = (text: string): Ruling => ({ allow: false, text: `Writ: ${text.trim()}` })
