import { stubServer, type Received } from '#core/testing/stub-server'

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

/** A Bot API server: answers as https://core.telegram.org/bots/api has it, and keeps updates until they are confirmed. */
export async function testBot() {
  let updates: { readonly update_id: number; readonly [field: string]: unknown }[] = []
  const sent: { readonly method: string; readonly body: Sent }[] = []
  const refusals: { error_code: number; description: string; parameters?: { retry_after: number } }[] = []
  let last = 700
  const answer = (request: Received): object => {
    const [, token, method = ''] = /^\/bot([^/]+)\/(\w+)$/.exec(request.path) ?? []
    if (token !== TOKEN) return { ok: false, error_code: 401, description: 'Unauthorized' }
    const body = JSON.parse(request.body) as Sent & { offset?: number }
    if (method === 'getUpdates') {
      updates = updates.filter((one) => one.update_id >= (body.offset ?? 0))
      return { ok: true, result: updates }
    }
    const refusal = refusals.shift()
    if (refusal) return { ok: false, ...refusal }
    sent.push({ method, body })
    return { ok: true, result: method === 'sendMessage' ? { message_id: sent.length } : true }
  }
  const stub = await stubServer((request, response) => {
    const told = answer(request)
    const status = 'error_code' in told ? (told.error_code as number) : 200
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(told))
  })
  const add = (update: object): number => {
    last += 1
    updates.push({ update_id: last, ...update })
    return last
  }
  return {
    url: stub.url,
    sent,
    refusals,
    texts: (method = 'sendMessage') => sent.filter((one) => one.method === method).map(({ body }) => body.text),
    press: (user: number, data: string, chat = Number(CHAT)) =>
      add({
        callback_query: { id: `q${last}`, from: { id: user }, message: { message_id: 1, chat: { id: chat } }, data },
      }),
    say: (user: number, text: string, chat = Number(CHAT)) =>
      add({ message: { message_id: 2, from: { id: user }, chat: { id: chat }, text } }),
    again: () => updates,
    close: stub.close,
  }
}
