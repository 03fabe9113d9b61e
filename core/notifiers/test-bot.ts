import type { ServerResponse } from 'node:http'
import { stubServer, type Received } from '#core/testing/stub-server'
import { BotUpdates } from './test-bot-updates.ts'

export const TOKEN = '123456:AAtest-token_of-a-bot-that-is-none'
export const CHAT = '-1001234'

interface Sent {
  readonly chat_id?: string
  readonly text: string
  readonly callback_query_id?: string
  readonly reply_markup?: {
    readonly inline_keyboard: readonly (readonly { text: string; url?: string; callback_data?: string }[])[]
  }
}

interface Asked extends Sent {
  readonly offset?: number
  readonly timeout?: number
  readonly url?: string
  readonly secret_token?: string
}

/** Methods about where updates go; undefined for another one. */
function hookMethod(updates: BotUpdates, method: string, { url = '', secret_token: token = '' }: Asked): unknown {
  if (method === 'getWebhookInfo') return { url: updates.hook?.url ?? '', pending_update_count: updates.kept.length }
  if (method !== 'setWebhook' && method !== 'deleteWebhook') return undefined
  updates.post(url, token)
  return true
}

/**
 * A Bot API server as https://core.telegram.org/bots/api has it: tells updates to who asks for them and waits, or posts
 * them to the webhook.
 */
export async function testBot() {
  const updates = new BotUpdates()
  const sent: { readonly method: string; readonly body: Sent }[] = []
  const refusals: { error_code: number; description: string; parameters?: { retry_after: number } }[] = []
  const answer = (request: Received, tell: (answer: object) => void): void => {
    const [, token, method = ''] = /^\/bot([^/]+)\/(\w+)$/.exec(request.path) ?? []
    if (token !== TOKEN) return tell({ ok: false, error_code: 401, description: 'Unauthorized' })
    const body = JSON.parse(request.body) as Asked
    if (method === 'getUpdates') return updates.poll(body.offset ?? 0, body.timeout ?? 0, tell)
    const refusal = refusals.shift()
    if (refusal) return tell({ ok: false, ...refusal })
    const result = hookMethod(updates, method, body)
    if (result !== undefined) return tell({ ok: true, result })
    sent.push({ method, body })
    return tell({ ok: true, result: method === 'sendMessage' ? { message_id: sent.length } : true })
  }
  const stub = await stubServer((request, response) => answer(request, (told) => reply(response, told)))
  let presses = 0
  return {
    url: stub.url,
    updates,
    sent,
    refusals,
    texts: (method = 'sendMessage') => sent.filter((one) => one.method === method).map(({ body }) => body.text),
    press: (user: number, data: string, chat = Number(CHAT)) =>
      updates.add({
        callback_query: {
          id: `q${(presses += 1)}`,
          from: { id: user },
          message: { message_id: 1, chat: { id: chat } },
          data,
        },
      }),
    say: (user: number, text: string, chat = Number(CHAT)) =>
      updates.add({ message: { message_id: 2, from: { id: user }, chat: { id: chat }, text } }),
    again: () => updates.kept,
    close: async () => {
      updates.hook = undefined
      updates.release()
      await stub.close()
    },
  }
}

function reply(response: ServerResponse, told: object): void {
  const status = 'error_code' in told ? (told.error_code as number) : 200
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(told))
}
