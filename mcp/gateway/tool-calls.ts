import { callIn, OpenCalls, resultKind, type AllowedCall, type NamedCall } from './calls.ts'
import type { Governor, Ruling } from './govern.ts'
import { answerTo, asJudged, failure, isRecord, lossless, recordOf, type Json, type Message } from './message.rules.ts'
import type { Pins } from './pins.ts'
import { hostCallIn } from './host-call.rules.ts'
import type { Pending } from './requests.ts'
import { refusal, scanResult, type Scanned, type ScanOptions } from './scan.rules.ts'
import type { Outgoing } from './wrapped.ts'

export interface ToolCallParts {
  readonly governor: Governor
  readonly pins: Pins
  readonly scan: ScanOptions
  readonly claudeSession: string | undefined
  readonly toServer: (message: Outgoing) => void
  readonly toClient: (line: string) => void
  readonly tell: (line: string) => void
}

/** The calls of tools, from the question whether they may run to what they gave. */
export class ToolCalls {
  readonly #parts: ToolCallParts
  readonly #open = new OpenCalls()

  constructor(parts: ToolCallParts) {
    this.#parts = parts
  }

  /** Passes a call on once it may run. False when it was answered here. */
  async begin(pending: Pending, line: string, message: Message): Promise<boolean> {
    const call = callIn(message)
    if (call === null) {
      this.#parts.toClient(
        failure(pending.id, -32_602, 'A call needs the name of a tool, and arguments that are an object.'),
      )
      return false
    }
    const resumed = this.#open.resumedBy(call, message)
    const ruling: Ruling = resumed
      ? { allow: true, actionId: resumed.actionId }
      : await this.#ruling(pending, call, message)
    if (pending.abort.signal.aborted) {
      if (ruling.allow) this.#parts.governor.report(ruling.actionId, { ...CANCELLED, durationMs: 0 })
      return false
    }
    if (!ruling.allow) {
      const result = refusal(ruling.text, resultKind(message))
      this.#parts.toClient(JSON.stringify({ jsonrpc: '2.0', id: pending.id, result }))
      return false
    }
    const startedAt = resumed?.startedAt ?? performance.now()
    pending.call = { ...call, actionId: ruling.actionId, startedAt, settled: false }
    pending.state = 'sent'
    this.#parts.toServer({ line: asJudged(line, message), message })
    return true
  }

  /** Passes on what a call gave, or a request about a task. */
  answer(pending: Pending, line: string, message: Message): void {
    const failed = message.error !== undefined
    const scanned = scanResult(failed ? message.error : message.result, this.#parts.scan)
    if (pending.call !== undefined) this.#close(pending.call, message, scanned)
    if (!scanned.changed) return this.#parts.toClient(answerTo(pending.id, line, message))
    const whole = recordOf(lossless(line))
    const part = failed ? 'error' : 'result'
    const { value } = scanResult(whole[part], this.#parts.scan)
    this.#parts.toClient(JSON.stringify({ ...whole, id: pending.id, [part]: value }))
  }

  /** A request about a task gives what the call that began it would have given. */
  taskOf(message: Message): AllowedCall | undefined {
    return this.#open.ofTask(message)
  }

  /** Closes the action of a call that nobody waits for any more. */
  abandon({ call }: Pending, text: string): void {
    if (call === undefined || call.settled) return
    call.settled = true
    this.#parts.governor.report(call.actionId, { ...CANCELLED, text, durationMs: performance.now() - call.startedAt })
  }

  async #ruling({ abort }: Pending, call: NamedCall, message: Message): Promise<Ruling> {
    const { pins, governor, claudeSession } = this.#parts
    const { signal } = abort
    try {
      const quarantine = await pins.standing(call.name, signal)
      if (quarantine !== null) {
        return { allow: false, text: `Writ: this tool is quarantined, so the call was not made. ${quarantine.why}` }
      }
      return await governor.rule({ tool: call.name, input: call.input, of: hostCallIn(message, claudeSession), signal })
    } catch (thrown) {
      const why = thrown instanceof Error ? thrown.message : String(thrown)
      return { allow: false, text: `Writ: the tools could not be checked, so the call was not made. ${why}` }
    }
  }

  #close(call: AllowedCall, { result, error }: Message, scanned: Scanned): void {
    if (call.settled) return
    if (error === undefined && this.#open.keep(call, recordOf(result))) return
    call.settled = true
    const notes = notesOf(scanned)
    if (scanned.injection !== null) this.#parts.tell(`"${call.name}": ${notes}`)
    this.#parts.governor.report(call.actionId, {
      failed: error !== undefined || isFailed(result),
      text: notes === '' ? scanned.text : `[${notes}] ${scanned.text}`,
      durationMs: performance.now() - call.startedAt,
    })
  }
}

const CANCELLED = { failed: true, cancelled: true, text: 'The client cancelled the call.' } as const

const isFailed = (result: unknown): boolean => isRecord(result) && result['isError'] === true

function notesOf({ secrets, injection, blocked }: Scanned): string {
  const notes: string[] = []
  if (injection !== null)
    notes.push(`instructions aimed at the agent in the result, ${injection} risk${blocked ? ', withheld' : ''}`)
  if (secrets > 0) notes.push(`${secrets} secret${secrets === 1 ? '' : 's'} taken out of the result`)
  return notes.join('; ')
}

/** The list without the tools that are kept from the agent, in the text of the answer. */
export function withoutTools(id: unknown, line: string, kept: readonly boolean[]): string {
  const whole = recordOf(lossless(line))
  const result = recordOf(whole['result'])
  const tools = (result['tools'] as Json[]).filter((_, index) => kept[index] === true)
  return JSON.stringify({ ...whole, id, result: { ...result, tools } })
}
