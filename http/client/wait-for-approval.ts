import { parse, type Connection } from './connection.ts'
import { ApprovalDeniedError, ApprovalExpiredError, errorOf, GuardBlockedError, isRecord, WritError } from './errors.ts'
import { framesOf } from './frames.ts'
import type { OutputOf } from './operations.ts'

export interface WaitOptions {
  /** How long to wait in all, in milliseconds; 300,000 unless told. */
  readonly timeout?: number
  /** Pause between two questions where the event stream cannot be used, in milliseconds; 5,000 unless told. */
  readonly interval?: number
  readonly signal?: AbortSignal
  /** Told once that the action waits for a person. */
  readonly onPending?: (action: OutputOf<'actions_get'>['action']) => void
}

type Answer = OutputOf<'actions_get'>

interface Wait {
  readonly connection: Connection
  readonly actionId: string
  readonly interval: number
  readonly signal: AbortSignal | undefined
  readonly onPending: WaitOptions['onPending']
  left(): number
}

/**
 * The action as soon as a person allowed it. Listens to the event stream; polls when that cannot be had or ends.
 * Throws ApprovalDeniedError, ApprovalExpiredError, GuardBlockedError, and a WritError with the code `timeout`
 * when nobody decided in time: that is no denial, and the wait can be repeated.
 */
export async function waitForApproval(
  connection: Connection,
  actionId: string,
  options: WaitOptions = {},
): Promise<Answer> {
  const { timeout = 300_000, interval = 5000, signal, onPending } = options
  const end = performance.now() + timeout
  const wait: Wait = { connection, actionId, interval, signal, onPending, left: () => end - performance.now() }
  signal?.throwIfAborted()
  if (await allowedOnStream(wait)) return read(wait)
  return poll(wait)
}

/** True when the stream told of the permission; false when polling has to go on. */
async function allowedOnStream(wait: Wait): Promise<boolean> {
  const timer = AbortSignal.timeout(Math.max(0, Math.round(wait.left())))
  const stop = new AbortController()
  const signal = AbortSignal.any([timer, stop.signal, ...(wait.signal ? [wait.signal] : [])])
  try {
    const response = await wait.connection.stream('/api/stream', signal)
    if (response.status === 403) throw blocked(parse(await response.text()))
    if (!response.ok || response.body === null) return false
    for await (const { event, data } of framesOf(response.body)) {
      const action = event === 'action.updated' ? parse(data) : {}
      if (action['action_id'] === wait.actionId && ruling(wait.actionId, action) === 'allowed') return true
      if (wait.left() <= 0) return false
    }
    return false
  } catch (error) {
    if (
      error instanceof ApprovalDeniedError ||
      error instanceof ApprovalExpiredError ||
      error instanceof GuardBlockedError
    )
      throw error
    wait.signal?.throwIfAborted()
    return false
  } finally {
    stop.abort()
  }
}

async function poll(wait: Wait): Promise<Answer> {
  let pending = false
  // Asked once more at the very end: a ruling of the last moment is not told as a timeout.
  for (let last = false; ;) {
    const answer = await read(wait)
    const { action } = answer
    if (ruling(wait.actionId, action) === 'allowed') return answer
    if (action.status === 'pending_approval') {
      if (!pending) wait.onPending?.(action)
      pending = true
    } else if (pending) {
      throw new WritError(
        `Action ${wait.actionId} left pending_approval without an approval; it is ${action.status}.`,
        { status: 0 },
      )
    } else if (action.status === 'running') {
      return answer
    }
    if (last || wait.left() <= 0) throw timedOut(wait.actionId)
    last = wait.left() <= wait.interval
    await pause(Math.min(wait.interval, wait.left()), wait.signal)
  }
}

function read({ connection, actionId, signal }: Wait): Promise<Answer> {
  return connection.call('actions_get', { action_id: actionId }, { signal })
}

/** Who allowed it is tested first, whatever the status: an allowed act may have run and failed since. */
function ruling(actionId: string, action: Readonly<Record<string, unknown>>): 'allowed' | 'open' {
  if (action['approved_by']) return 'allowed'
  const { status, error_message: reason } = action
  if (status === 'expired') throw new ApprovalExpiredError(actionId)
  if (status !== 'failed' && status !== 'cancelled') return 'open'
  throw new ApprovalDeniedError(
    typeof reason === 'string' && reason !== '' ? reason : `Action ${actionId} was denied.`,
    status,
  )
}

function blocked(body: Record<string, unknown>): WritError {
  const decision = isRecord(body['decision'])
    ? body['decision']
    : { decision: 'block', reason: errorOf(403, body).message }
  return new GuardBlockedError(decision, { status: 403, body })
}

function timedOut(actionId: string): WritError {
  return new WritError(`Timed out waiting for approval of action ${actionId}`, { status: 0, code: 'timeout' })
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', done)
      if (signal?.aborted) reject(signal.reason as Error)
      else resolve()
    }
    const timer = setTimeout(done, ms)
    signal?.addEventListener('abort', done, { once: true })
  })
}
