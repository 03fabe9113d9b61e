import { Router, type Request } from 'express'
import { chatActs } from '#core/chat-acts'
import { Fault } from '#core/kernel/errors'
import { hookedNotifier, receiveUpdate } from '#core/notifiers/index'
import { addressOf } from './auth.ts'
import { readJson } from './body.ts'
import { Refusal } from './errors.ts'
import type { Exchange } from './exchange.ts'
import { limitAddress } from './limits.ts'
import { otherMethod } from './rest.ts'
import { sendJson } from './send.ts'

/** Where Telegram posts what people press. No operation: the body is Telegram's, and so is the way to say who calls. */
export function telegramRouter(exchangeOf: (request: Request) => Exchange): Router {
  const router = Router({ caseSensitive: true })
  const path = '/hooks/telegram/:org/:notifier'
  router.post(path, (request) => answerHook(exchangeOf(request), request.params as Record<string, string>))
  router.all(
    path,
    otherMethod((request) => exchangeOf(request), ['POST']),
  )
  return router
}

async function answerHook(exchange: Exchange, { org = '', notifier = '' }: Record<string, string>): Promise<void> {
  const row = await knownHook(exchange, org, notifier)
  await receiveUpdate(exchange.runtime, row, chatActs, await readJson(exchange.request))
  sendJson(exchange.response, 200, { ok: true }, exchange.headers)
}

/** A wrong token counts against the address, as a wrong key does. */
async function knownHook({ runtime, request }: Exchange, orgId: string, notifierId: string) {
  const header = request.headers['x-telegram-bot-api-secret-token']
  try {
    return await hookedNotifier(runtime, { orgId, notifierId, token: typeof header === 'string' ? header : undefined })
  } catch (thrown) {
    if (!(thrown instanceof Fault) || thrown.code !== 'unauthenticated') throw thrown
    throw new Refusal(thrown, (await limitAddress(runtime, addressOf(request))) ?? {})
  }
}
