import { Webhook } from 'standardwebhooks'
import type { Facts, Need, Observation } from '#core/policies/index'
import { Fault } from '../kernel/errors.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { isAllowListed, parseAllowList } from '../kernel/allow-list.ts'
import { readCapped } from './body.ts'
import { inTime } from './in-time.ts'
import { deliveryLog, newDeliveryId } from './deliveries.store.ts'
import { webhookSecret } from './webhook-secret.store.ts'
import { nothingYet, readReply, webhookBody, type Preliminary } from './webhook.rules.ts'

export type WebhookNeed = Extract<Need, { kind: 'webhook' }>

const MAX_REPLY_BYTES = 64 * 1024

export interface WebhookCall {
  readonly need: WebhookNeed
  readonly facts: Facts
  readonly preliminary: Preliminary | undefined
  /** Ends when the decision may wait no longer. */
  readonly signal: AbortSignal
}

/**
 * Asks a policy's webhook, signed by Standard Webhooks. What goes wrong is answered with the policy's `on_timeout`;
 * `allow` there means that the webhook has no say this time, which a warning tells.
 */
export async function askWebhook(runtime: Runtime, orgId: string, call: WebhookCall): Promise<Observation> {
  const { need, preliminary = nothingYet } = call
  const at = runtime.now()
  const started = performance.now()
  const id = newDeliveryId()
  let status: number | null = null
  const log = (error: string | null): void => {
    const ms = Math.round(performance.now() - started)
    runtime.use(deliveryLog).add({ orgId, id, policyId: need.policyId, at, status, ms, error })
  }
  try {
    const signal = AbortSignal.any([call.signal, AbortSignal.timeout(need.timeout_ms)])
    const body = webhookBody(call.facts, preliminary, at)
    const signature = await inTime(signed(runtime, orgId, { id, at, body }), signal)
    const headers = { 'content-type': 'application/json', accept: 'application/json', ...signature }
    const response = await runtime.ports.fetch(allowedUrl(need.url, runtime), { method: 'POST', headers, body, signal })
    status = response.status
    const text = await readCapped(response, MAX_REPLY_BYTES)
    if (!response.ok) throw new Error(`it answered with status ${status}`)
    const reply = readReply(text, preliminary.decision)
    log(null)
    return reply
  } catch (thrown) {
    if (thrown instanceof Fault && thrown.code === 'unavailable') throw thrown
    const why = reasonOf(thrown, call.signal)
    log(why)
    return failed(need, why)
  }
}

function failed(need: WebhookNeed, why: string): Observation {
  if (need.on_timeout !== 'allow')
    return { kind: 'failed', why: `the webhook failed: ${why}`, fallback: need.on_timeout }
  const warning = `The webhook of this policy failed and had no say, as its on_timeout is allow: ${why}.`
  return { kind: 'webhook', decision: null, reasons: [], warnings: [warning] }
}

async function signed(
  runtime: Runtime,
  orgId: string,
  { id, at, body }: { id: string; at: Date; body: string },
): Promise<Record<string, string>> {
  const secret = await webhookSecret(runtime, orgId)
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': new Webhook(secret).sign(id, at, body),
  }
}

/** https only; a host on the operator's allow list may speak http. */
function allowedUrl(text: string, runtime: Runtime): string {
  const url = new URL(text)
  const listed = isAllowListed(parseAllowList(runtime.settings.egress_allow), url)
  if (url.protocol === 'https:' || (url.protocol === 'http:' && listed)) return url.href
  throw new Error('its URL is not https')
}

function reasonOf(thrown: unknown, outer: AbortSignal): string {
  if (outer.aborted) return 'the time for the decision was over'
  if (thrown instanceof Error && thrown.name === 'TimeoutError') return 'it did not answer in time'
  return thrown instanceof Error ? thrown.message.replace(/\.$/, '') : 'it could not be asked'
}
