import { z } from 'zod'
import { cut } from '#core/kernel/text'
import { NotSent, post, type Button, type Channel, type Plug } from './plug.ts'

/** Of a message of the Bot API, in characters. */
const MAX_TEXT = 4096

const Reply = z.object({
  ok: z.boolean(),
  result: z.unknown().optional(),
  error_code: z.number().optional(),
  description: z.string().optional(),
  parameters: z.object({ retry_after: z.number().optional() }).optional(),
})

/** Calls a method of the Bot API (https://core.telegram.org/bots/api#making-requests). */
export async function callTelegram(channel: Channel, method: string, args: object): Promise<unknown> {
  const base = String(channel.notifier.config['api'])
  const url = `${base.replace(/\/$/, '')}/bot${channel.secrets['bot_token'] ?? ''}/${method}`
  const { status, text } = await post(channel, url, { body: JSON.stringify(args) })
  const reply = Reply.safeParse(jsonOf(text)).data
  if (reply?.ok === true) return reply.result
  const code = reply?.error_code ?? status
  const final = code >= 400 && code < 500 && code !== 429
  const said = reply?.description === undefined ? '' : `: ${cut(reply.description, 200)}`
  throw new NotSent(`Telegram answered with status ${code}${said}`, {
    retryAfter: reply?.parameters?.retry_after,
    status: code,
    final,
  })
}

export const telegram: Plug = async (channel, message) => {
  const buttons = channel.notifier.config['answers'] === 'off' ? [] : message.buttons
  // Telegram refuses a message whose button leads to an address of this machine.
  const link = message.link !== undefined && isPublic(message.link) ? [[{ text: 'Open', url: message.link }]] : []
  const rows = [...(buttons.length > 0 ? [buttons.map(buttonOf)] : []), ...link]
  await callTelegram(channel, 'sendMessage', {
    chat_id: channel.notifier.config['chat_id'],
    text: cut(`${message.title}\n\n${message.text}`, MAX_TEXT),
    link_preview_options: { is_disabled: true },
    ...(rows.length > 0 ? { reply_markup: { inline_keyboard: rows } } : {}),
  })
}

const buttonOf = ({ text, verb, ref }: Button) => ({ text, callback_data: `${verb}:${ref}` })

const isPublic = (link: string): boolean => !/^https?:\/\/(localhost|127\.|\[::1\])/.test(link)

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
