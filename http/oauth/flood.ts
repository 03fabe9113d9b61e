import type { IncomingMessage } from 'node:http'
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { Fault } from '#core/kernel/errors'
import { resource, type Runtime } from '#core/kernel/runtime'
import { addressOf } from '../auth.ts'
import { addressBlock } from '../limits.ts'

/** What nobody needs a credential for and what costs more than an answer: a row, or a request to somebody else. */
const floods = resource({
  name: 'oauth.floods',
  open: () => ({
    registration: new RateLimiterMemory({ points: 30, duration: 3600 }),
    document: new RateLimiterMemory({ points: 60, duration: 600 }),
    userCode: new RateLimiterMemory({ points: 20, duration: 600 }),
  }),
})

/** Throws the 429 when an address registers more clients than anybody needs. */
export function limitRegistration(runtime: Runtime, request: IncomingMessage): Promise<void> {
  return take(runtime.use(floods).registration, addressBlock(addressOf(request)))
}

/** Whether this address may make us fetch one more client document. */
export async function limitDocumentFetch(runtime: Runtime, request: IncomingMessage): Promise<boolean> {
  return take(runtime.use(floods).document, addressBlock(addressOf(request))).then(
    () => true,
    () => false,
  )
}

/** Device codes are short, so a person gets few guesses. */
export function limitUserCode(runtime: Runtime, accountId: string): Promise<void> {
  return take(runtime.use(floods).userCode, accountId)
}

async function take(limiter: RateLimiterMemory, key: string): Promise<void> {
  try {
    await limiter.consume(key)
  } catch (thrown) {
    if (!(thrown instanceof RateLimiterRes)) throw thrown
    throw new Fault('rate_limited', 'Rate limit exceeded. Please slow down.', {
      retryAfter: thrown.msBeforeNext / 1000,
    })
  }
}
