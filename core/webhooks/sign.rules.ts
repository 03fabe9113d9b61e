import { createHmac, randomBytes } from 'node:crypto'
import { Webhook } from 'standardwebhooks'

const PREFIX = 'whsec_'
const SECRET_BYTES = 32

/** A secret in the form of Standard Webhooks. */
export const newWebhookSecret = (): string => PREFIX + randomBytes(SECRET_BYTES).toString('base64')

export interface Signed {
  readonly id: string
  readonly at: Date
  readonly body: string
}

/**
 * The headers that prove a delivery: those of Standard Webhooks, with a signature by each secret, and Clawmit's, which is
 * over the body alone with the secret as it is written. That one has room for one signature: it is the newest secret's.
 */
export function signatureHeaders(secrets: readonly [string, ...string[]], { id, at, body }: Signed) {
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(id, at, body)).join(' '),
    'x-clawmit-signature': `sha256=${createHmac('sha256', secrets[0]).update(body).digest('hex')}`,
  }
}
