import { z } from 'zod'
import { Fault } from '../kernel/errors.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { isToken } from './answer-token.ts'
import { answerUpdate, Update, type Acts } from './telegram-answers.ts'
import { callTelegram } from './telegram.ts'
import { note } from './deliver.ts'
import { NotSent } from './plug.ts'
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

/** Fetches answers of bots that have no webhook. What was not done when the server died comes again. */
export async function pollTelegram(runtime: Runtime, acts: Acts): Promise<void> {
  const rows = await runtime.db
    .selectFrom('notifier')
    .selectAll()
    .where('kind', '=', 'telegram')
    .where('active', '=', true)
    .where((eb) => eb(eb.ref('config', '->>').key('answers'), '=', 'polling'))
    .orderBy('org_id')
    .limit(MAX_BOTS)
    .execute()
  await Promise.all(rows.map((notifier) => pollOne(runtime, notifier, acts)))
}

async function pollOne(runtime: Runtime, notifier: NotifierRow, acts: Acts): Promise<void> {
  try {
    const channel = { runtime, notifier, secrets: opened(runtime, notifier), signal: AbortSignal.timeout(TIMEOUT_MS) }
    const allowed = ['callback_query', 'message']
    const asked = { offset: notifier.poll_offset, timeout: 0, limit: 100, allowed_updates: allowed }
    const updates = z.array(z.unknown()).parse(await callTelegram(channel, 'getUpdates', asked))
    for (const one of updates) {
      const update = Update.safeParse(one)
      if (update.success) await answerUpdate(runtime, notifier, acts, update.data)
      const seen = z.object({ update_id: z.int() }).safeParse(one)
      if (seen.success) await passed(runtime, notifier, seen.data.update_id + 1)
    }
  } catch (thrown) {
    if (thrown instanceof NotSent) return note(runtime, notifier, thrown.message)
    runtime.log.warn({ err: thrown, notifier: notifier.notifier_id }, 'answers of Telegram could not be fetched')
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
