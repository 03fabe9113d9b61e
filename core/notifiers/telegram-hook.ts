import { z } from 'zod'
import type { Runtime } from '../kernel/runtime.ts'
import { note } from './deliver.ts'
import { NotSent, type Channel } from './plug.ts'
import type { NotifierRow } from './schema.ts'
import { opened } from './store.ts'
import { callTelegram } from './telegram.ts'

/** What is asked for, whichever way it comes. */
export const ALLOWED_UPDATES = ['callback_query', 'message'] as const

const MAX_BOTS = 200
const TIMEOUT_MS = 10_000
/** After a refusal. */
const AGAIN_MS = 60_000
const FOLDER = '/hooks/telegram/'

type Key = Pick<NotifierRow, 'org_id' | 'notifier_id'>

/** Below the public address of this server. */
export const hookPath = ({ org_id, notifier_id }: Key): string =>
  `${FOLDER}${encodeURIComponent(org_id)}/${encodeURIComponent(notifier_id)}`

/**
 * Tells bots where to post their answers, and again when the public address of this server changed. Without such an
 * address the operator tells them by hand.
 */
export async function registerHooks(runtime: Runtime): Promise<void> {
  const { public_url: base } = runtime.settings
  if (base === undefined) return
  const rows = await runtime.db
    .selectFrom('notifier')
    .selectAll()
    .where('kind', '=', 'telegram')
    .where('active', '=', true)
    .where((eb) => eb(eb.ref('config', '->>').key('answers'), '=', 'webhook'))
    .where('hook_due_at', '<=', runtime.now())
    .where((eb) => eb.or([eb('hook_url', 'is', null), eb.not(eb('hook_url', 'like', `${prefixOf(base)}%`))]))
    .orderBy('hook_due_at')
    .limit(MAX_BOTS)
    .execute()
  await Promise.all(rows.map((notifier) => registerOne(runtime, notifier, new URL(hookPath(notifier), base).href)))
}

const prefixOf = (base: string): string => new URL(FOLDER, base).href.replaceAll(/[\\%_]/g, String.raw`\$&`)

async function registerOne(runtime: Runtime, notifier: NotifierRow, url: string): Promise<void> {
  const later = new Date(runtime.now().getTime() + AGAIN_MS)
  try {
    const secrets = opened(runtime, notifier)
    const { answer_token: token } = secrets
    // One from before tokens were kept: only the operator knows it.
    if (token === undefined) return await changeHook(runtime, notifier, { hook_due_at: later })
    const channel = { runtime, notifier, secrets, signal: AbortSignal.timeout(TIMEOUT_MS) }
    await callTelegram(channel, 'setWebhook', { url, secret_token: token, allowed_updates: ALLOWED_UPDATES })
    await changeHook(runtime, notifier, { hook_url: url })
    await note(runtime, notifier, null)
  } catch (thrown) {
    await changeHook(runtime, notifier, { hook_due_at: later })
    if (thrown instanceof NotSent) return note(runtime, notifier, thrown.message)
    runtime.log.warn({ err: thrown, notifier: notifier.notifier_id }, 'a bot could not be told where to post')
  }
}

async function changeHook(
  runtime: Runtime,
  { org_id, notifier_id, secret_encrypted }: NotifierRow,
  change: { hook_url: string } | { hook_due_at: Date },
): Promise<void> {
  await runtime.db
    .updateTable('notifier')
    .set(change)
    .where('org_id', '=', org_id)
    .where('notifier_id', '=', notifier_id)
    // Of the bot that was told, not of one that was put in its place meanwhile.
    .where('secret_encrypted', '=', secret_encrypted)
    .execute()
}

/**
 * Telegram refuses to be asked while answers are posted somewhere. A webhook of this server, left from another choice,
 * is taken away; one that leads elsewhere is somebody's, so the operator decides.
 */
export async function freeFromHook(channel: Channel): Promise<void> {
  const info = z.object({ url: z.string() }).parse(await callTelegram(channel, 'getWebhookInfo', {}))
  const { public_url: base } = channel.runtime.settings
  const isOurs = base !== undefined && info.url.startsWith(new URL(FOLDER, base).href)
  if (isOurs) await callTelegram(channel, 'deleteWebhook', {})
  else if (info.url !== '') {
    throw new NotSent('the bot posts its answers elsewhere: take that webhook away with deleteWebhook', { final: true })
  }
}
