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
  /** Whether the action was seen to wait for a person. */
  pending: boolean
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
  const left = (): number => end - performance.now()
  const wait: Wait = { connection, actionId, interval, signal, onPending, left, pending: false }
  signal?.throwIfAborted()
  return (await listen(wait)) ?? poll(wait)
}

/** The action when the stream told of the permission; undefined when polling has to go on. */
async function listen(wait: Wait): Promise<Answer | undefined> {
  const timer = AbortSignal.timeout(Math.max(0, Math.round(wait.left())))
  const stop = new AbortController()
  const signal = AbortSignal.any([timer, stop.signal, ...(wait.signal ? [wait.signal] : [])])
  try {
    const response = await wait.connection.stream('/api/stream', signal)
    if (response.status === 403) throw blocked(parse(await response.text()))
    if (!response.ok || response.body === null) return undefined
    // What was settled before the stream was open the action itself tells, and an id that is no action's is refused.
    const before = settled(wait, await read(wait))
    if (before) return before
    for await (const { event, data } of framesOf(response.body)) {
      const action = event === 'action.updated' ? parse(data) : {}
      if (action['action_id'] === wait.actionId && ruling(wait.actionId, action) === 'allowed') return await read(wait)
      if (wait.left() <= 0) return undefined
    }
    return undefined
  } catch (error) {
    if (error instanceof ApprovalDeniedError || error instanceof ApprovalExpiredError) throw error
    if (error instanceof WritError && error.status > 0) throw error
    wait.signal?.throwIfAborted()
    return undefined
  } finally {
    stop.abort()
  }
}

async function poll(wait: Wait): Promise<Answer> {
  // Asked once more at the very end: a ruling of the last moment is not told as a timeout.
  for (let last = false; ;) {
    const answer = settled(wait, await read(wait))
    if (answer) return answer
    if (last || wait.left() <= 0) throw timedOut(wait.actionId)
    last = wait.left() <= wait.interval
    await pause(Math.min(wait.interval, wait.left()), wait.signal)
  }
}

/** The answer when there is nothing to wait for any more; throws when that is no permission. */
function settled(wait: Wait, answer: Answer): Answer | undefined {
  const { action } = answer
  if (ruling(wait.actionId, action) === 'allowed') return answer
  if (action.status === 'pending_approval') {
    if (!wait.pending) wait.onPending?.(action)
    wait.pending = true
    return undefined
  }
  if (wait.pending) {
    const message = `Action ${wait.actionId} left pending_approval without an approval; it is ${action.status}.`
    throw new WritError(message, { status: 0 })
  }
  if (action.status === 'pending') return undefined
  if (action.status === 'running') return answer
  throw new WritError(`Action ${wait.actionId} does not wait for an approval; it is ${action.status}.`, { status: 0 })
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
