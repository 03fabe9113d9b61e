import { createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Settings } from '#core/kernel/config'
import { Fault } from '#core/kernel/errors'

/** Follows from the cookie's secret, so that nothing has to be stored, and does not give it away. */
export function csrfTokenOf(sessionSecret: string): string {
  return createHmac('sha256', sessionSecret).update('csrf').digest('base64url')
}

export function isUnsafe({ method = 'GET' }: IncomingMessage): boolean {
  return method !== 'GET' && method !== 'HEAD' && method !== 'OPTIONS'
}

/** A page of another origin can send the cookie along; it can neither read the token nor forge Origin. Throws the 403. */
export function assertOwnRequest(request: IncomingMessage, settings: Settings, sessionSecret: string): void {
  assertOwnOrigin(request, settings)
  const given = request.headers['x-csrf-token']
  const wanted = Buffer.from(csrfTokenOf(sessionSecret))
  const sent = Buffer.from(typeof given === 'string' ? given : '')
  if (sent.length === wanted.length && timingSafeEqual(sent, wanted)) return
  throw new Fault('csrf', 'This request needs the header X-CSRF-Token with the value of GET /auth/state.')
}

/** Browsers send Origin with every request that can change something. */
export function assertOwnOrigin(request: IncomingMessage, settings: Settings): void {
  const { origin, host } = request.headers
  if (origin !== undefined && origin === ownOrigin(settings, host)) return
  throw new Fault('csrf', 'This request must come from a page of this server (header Origin).')
}

/** The origin that pages of this server have: the published one, or the one they were asked at. */
export function ownOrigin({ public_url }: Settings, host: string | undefined): string | undefined {
  if (public_url !== undefined) return new URL(public_url).origin
  return host !== undefined && URL.canParse(`http://${host}`) ? new URL(`http://${host}`).origin : undefined
}
