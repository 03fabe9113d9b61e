import { encryptedColumns, masterKeyOf, openSecret, sealSecret } from '#core/secrets/index'
import type { Runtime } from '../kernel/runtime.ts'
import type { EndpointRow } from './schema.ts'

const WHAT = { what: 'The webhook secret', code: 'unprocessable' } as const
const keyOf = (runtime: Runtime): Buffer => masterKeyOf(runtime, 'webhooks cannot be signed', 'unprocessable')

type Column = 'webhookEndpoint' | 'webhookEndpointPrevious'
type Place = Pick<EndpointRow, 'org_id' | 'webhook_id'>

export function sealed(runtime: Runtime, column: Column, place: Place, secret: string): Buffer {
  const boundTo = encryptedColumns[column].boundTo(place.org_id, place.webhook_id)
  return sealSecret(Buffer.from(secret), keyOf(runtime), boundTo)
}

function opened(runtime: Runtime, column: Column, place: Place, box: Uint8Array): string {
  const boundTo = encryptedColumns[column].boundTo(place.org_id, place.webhook_id)
  return openSecret(box, keyOf(runtime), boundTo, WHAT).toString('utf8')
}

/** What signing needs of an endpoint. */
export type Signing = Place & Pick<EndpointRow, 'secret_encrypted' | 'previous_secret_encrypted' | 'previous_until'>

/** The secrets that sign now, the newest first. */
export function secretsOf(runtime: Runtime, row: Signing): readonly [string, ...string[]] {
  const current = opened(runtime, 'webhookEndpoint', row, row.secret_encrypted)
  const { previous_secret_encrypted: box, previous_until: until } = row
  if (box === null || until === null || until <= runtime.now()) return [current]
  return [current, opened(runtime, 'webhookEndpointPrevious', row, box)]
}
