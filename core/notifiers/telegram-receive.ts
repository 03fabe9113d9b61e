import { z } from 'zod'
import { Fault } from '../kernel/errors.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { isToken } from './answer-token.ts'
import { answerUpdate, Update, type Acts } from './telegram-answers.ts'
import { ALLOWED_UPDATES, freeFromHook } from './telegram-hook.ts'
import { callTelegram } from './telegram.ts'
import { note } from './deliver.ts'
import { NotSent, type Channel } from './plug.ts'
import type { NotifierRow } from './schema.ts'
import { opened } from './store.ts'

interface Hook {
  readonly orgId: string
  readonly notifierId: string
  /** Header X-Telegram-Bot-Api-Secret-Token. */
  readonly token: string | undefined
}

/** The notifier that an update came for, or the 401, whether the notifier or the token is unknown. */
export async function hookedNotifier(runtime: Runtime, { orgId, notifierId, token }: Hook): Promise<NotifierRow> {
  const row = await runtime.db
    .selectFrom('notifier')
    .selectAll()
    .where('org_id', '=', orgId)
    .where('notifier_id', '=', notifierId)
    .where('answer_token_hash', 'is not', null)
    .executeTakeFirst()
  const hash = row?.answer_token_hash
  if (row && hash && token !== undefined && token.length <= 256 && isToken(token, hash)) return row
  throw new Fault('unauthenticated', 'The secret token of this webhook is missing or wrong.')
}

export async function receiveUpdate(runtime: Runtime, notifier: NotifierRow, acts: Acts, body: unknown): Promise<void> {
  const update = Update.safeParse(body)
  if (!update.success)
    throw new Fault('invalid_input', 'Validation failed', { details: ['update_id: is no update of Telegram'] })
  await answerUpdate(runtime, notifier, acts, update.data)
}

const MAX_BOTS = 200
const TIMEOUT_MS = 10_000

interface Polling {
  /** Seconds to stay on the line for answers that are not there yet. */
  readonly seconds?: number
  readonly stopping?: AbortSignal
}

/**
 * Fetches answers of bots that have no webhook, and goes on until the time is over. What was not done when the server
 * died comes again.
 */
export async function pollTelegram(runtime: Runtime, acts: Acts, polling: Polling = {}): Promise<void> {
  const rows = await runtime.db
    .selectFrom('notifier')
    .selectAll()
    .where('kind', '=', 'telegram')
    .where('active', '=', true)
    .where((eb) => eb(eb.ref('config', '->>').key('answers'), '=', 'polling'))
    .orderBy('org_id')
    .limit(MAX_BOTS)
    .execute()
  const { seconds = 0, stopping = new AbortController().signal } = polling
  const until = performance.now() + seconds * 1000
  await Promise.all(rows.map((notifier) => pollUntil({ runtime, notifier, acts, stopping }, until)))
}

interface Line {
  readonly runtime: Runtime
  readonly notifier: NotifierRow
  readonly acts: Acts
  readonly stopping: AbortSignal
}

async function pollUntil(line: Line, until: number): Promise<void> {
  const { runtime, notifier, stopping } = line
  let offset = notifier.poll_offset
  try {
    for (;;) {
      const seconds = Math.max(0, Math.floor((until - performance.now()) / 1000))
      offset = await pollOnce(line, offset, seconds)
      if (seconds === 0 || stopping.aborted) return
    }
  } catch (thrown) {
    if (stopping.aborted) return
    if (thrown instanceof NotSent) return note(runtime, notifier, thrown.message)
    runtime.log.warn({ err: thrown, notifier: notifier.notifier_id }, 'answers of Telegram could not be fetched')
  }
}

/** Answers the offset that the next call asks from. */
async function pollOnce({ runtime, notifier, acts, stopping }: Line, offset: number, seconds: number): Promise<number> {
  const signal = AbortSignal.any([stopping, AbortSignal.timeout(TIMEOUT_MS + seconds * 1000)])
  const channel = { runtime, notifier, secrets: opened(runtime, notifier), signal }
  const asked = { offset, timeout: seconds, limit: 100, allowed_updates: ALLOWED_UPDATES }
  let next = offset
  for (const one of await updatesOf(channel, asked)) {
    const update = Update.safeParse(one)
    if (update.success) await answerUpdate(runtime, notifier, acts, update.data)
    const seen = z.object({ update_id: z.int() }).safeParse(one)
    if (!seen.success) continue
    next = seen.data.update_id + 1
    await passed(runtime, notifier, next)
  }
  return next
}

async function updatesOf(channel: Channel, asked: object): Promise<unknown[]> {
  const ask = async () => z.array(z.unknown()).parse(await callTelegram(channel, 'getUpdates', asked))
  try {
    return await ask()
  } catch (thrown) {
    if (!(thrown instanceof NotSent && thrown.status === 409)) throw thrown
    await freeFromHook(channel)
    return ask()
  }
}

async function passed(runtime: Runtime, { org_id, notifier_id }: NotifierRow, offset: number): Promise<void> {
  await runtime.db
    .updateTable('notifier')
    .set({ poll_offset: offset })
    .where('org_id', '=', org_id)
    .where('notifier_id', '=', notifier_id)
    .where('poll_offset', '<', offset)
    .execute()
}
