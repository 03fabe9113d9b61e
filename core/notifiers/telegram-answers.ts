import { z } from 'zod'
import type { Context } from '../kernel/context.ts'
import { asFault } from '../kernel/errors.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { linkPerson, personOf } from './person.ts'
import type { Channel } from './plug.ts'
import type { NotifierRow, Subject } from './schema.ts'
import { callTelegram } from './telegram.ts'
import { opened } from './store.ts'

/** What a button does: operations, as the person who pressed it. Answers the words the person is shown. */
export interface Acts {
  readonly acknowledge: (ctx: Context, alertId: string) => Promise<string>
  readonly pause: (ctx: Context, alertId: string) => Promise<string>
  readonly decide: (ctx: Context, actionId: string, allow: boolean) => Promise<string>
}

const Chat = z.object({ id: z.int() })
const From = z.object({ id: z.int() })
/** The parts of an update that are looked at (https://core.telegram.org/bots/api#update). */
export const Update = z.object({
  update_id: z.int(),
  callback_query: z
    .object({ id: z.string(), from: From, message: z.object({ chat: Chat }).optional(), data: z.string().optional() })
    .optional(),
  message: z.object({ from: From.optional(), chat: Chat, text: z.string().optional() }).optional(),
})
export type Update = z.output<typeof Update>

const TIMEOUT_MS = 10_000

/**
 * Does what an update asks for and says so in the chat. Updates come at least once, and so often they may: every act is
 * one that happens once. One of another chat, a stranger or an unknown button changes nothing.
 */
export async function answerUpdate(runtime: Runtime, notifier: NotifierRow, acts: Acts, update: Update): Promise<void> {
  const { callback_query: press, message } = update
  const chat = press?.message?.chat.id ?? message?.chat.id
  if (String(chat) !== notifier.config['chat_id'] || !notifier.active) return
  const channel = { runtime, notifier, secrets: opened(runtime, notifier), signal: AbortSignal.timeout(TIMEOUT_MS) }
  if (press) {
    const text = await pressed(channel, acts, press.from.id, press.data ?? '')
    return say(channel, 'answerCallbackQuery', {
      callback_query_id: press.id,
      text: text.slice(0, 200),
      show_alert: true,
    })
  }
  const code = /^\/link(?:@\w+)? ([\w-]{20})$/.exec(message?.text ?? '')?.[1]
  if (code === undefined || message?.from === undefined) return
  const done = await linkPerson(runtime, notifier.org_id, message.from.id, code)
  const text = done ? 'Linked: your buttons are yours now.' : 'There is no such code, or its time is over.'
  return say(channel, 'sendMessage', { chat_id: notifier.config['chat_id'], text })
}

const VERBS: Readonly<Record<string, Subject>> = { ack: 'alert', pause: 'alert', yes: 'approval', no: 'approval' }

async function pressed({ runtime, notifier }: Channel, acts: Acts, userId: number, data: string): Promise<string> {
  const [verb = '', ref = ''] = data.split(':', 2)
  const subject = Object.hasOwn(VERBS, verb) ? VERBS[verb] : undefined
  if (subject === undefined || !(await wasTold(runtime, notifier, subject, ref)))
    return 'This button is not known here.'
  const actor = await personOf(runtime, notifier.org_id, userId)
  if (!actor) return 'Your Telegram account is linked to no member: sign in to Writ and link it first.'
  const ctx = runtime.context(actor)
  try {
    if (verb === 'ack') return await acts.acknowledge(ctx, ref)
    if (verb === 'pause') return await acts.pause(ctx, ref)
    return await acts.decide(ctx, ref, verb === 'yes')
  } catch (thrown) {
    const fault = asFault(thrown)
    if (fault.code === 'internal') throw thrown
    return fault.message
  }
}

/** A press is taken for what this notifier told of, and nothing else of the org. */
async function wasTold(runtime: Runtime, notifier: NotifierRow, subject: Subject, ref: string): Promise<boolean> {
  const row = await runtime.db
    .selectFrom('notification')
    .select('ref')
    .where('org_id', '=', notifier.org_id)
    .where('notifier_id', '=', notifier.notifier_id)
    .where('subject', '=', subject)
    .where('ref', '=', ref)
    .executeTakeFirst()
  return row !== undefined
}

/** The act is done whether or not the person can be told so. */
async function say(channel: Channel, method: string, args: object): Promise<void> {
  try {
    await callTelegram(channel, method, args)
  } catch (error) {
    channel.runtime.log.warn({ err: error, notifier: channel.notifier.notifier_id }, 'Telegram could not be answered')
  }
}
