import type { From } from '#core/accounts/index'
import { addressOf } from '../auth.ts'
import type { Exchange } from '../exchange.ts'
import { addressBlock } from '../limits.ts'

/** Where a person signs in from. */
export function fromOf({ request }: Exchange): From {
  return { address: addressBlock(addressOf(request)), userAgent: request.headers['user-agent'] ?? null }
}
