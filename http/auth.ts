import type { IncomingMessage } from 'node:http'
import type { Actor } from '#core/kernel/context'
import type { Settings } from '#core/kernel/config'
import { unauthenticated } from '#core/keys/index'
import { clientAddress, type TrustedProxies } from './proxies.rules.ts'
import { sessionSecretOf } from './accounts/cookie.ts'

const MAX_KEY = 512

/** What a request authenticates with. */
export type Credentials =
  | {
      readonly kind: 'key'
      readonly key: string
      /** A JWT sent beside the key: says which agent is speaking, never who may. */
      readonly identityToken?: string
    }
  /** An OAuth access token. */
  | { readonly kind: 'token'; readonly token: string }
  /** The cookie of a person's session. */
  | { readonly kind: 'session'; readonly secret: string }

/** Whoever calls a public operation: no org, no scopes. */
export const nobody: Actor = Object.freeze({
  orgId: '',
  principalId: 'anonymous',
  principalName: 'anonymous',
  kind: 'system',
  role: 'readonly',
  scopes: new Set<never>(),
  agentId: null,
})

/**
 * `x-api-key` authenticates whenever it is there; a Bearer value alone is an API key or, as a JWT, an access token; a
 * session's cookie counts where neither was sent, and never for what is no page's business. Throws the 401.
 */
export function credentialsOf(request: IncomingMessage, settings: Settings, cookies: boolean): Credentials {
  const key = request.headers['x-api-key']
  const bearer = bearerOf(request.headers.authorization)
  if (typeof key === 'string' && key !== '') {
    if (key.length > MAX_KEY) throw unauthenticated()
    return bearer !== undefined && isJwt(bearer) ? { kind: 'key', key, identityToken: bearer } : { kind: 'key', key }
  }
  if (bearer === undefined) {
    const secret =
      cookies && request.headers.authorization === undefined ? sessionSecretOf(request, settings) : undefined
    if (secret === undefined) throw unauthenticated()
    return { kind: 'session', secret }
  }
  if (bearer.length > MAX_KEY * 16) throw unauthenticated()
  if (isJwt(bearer)) return { kind: 'token', token: bearer }
  if (bearer.length > MAX_KEY) throw unauthenticated()
  return { kind: 'key', key: bearer }
}

const forwarded = new WeakMap<IncomingMessage, string>()

/** Notes whom trusted proxies name as the caller, for whoever asks later. */
export function noteForwarded(request: IncomingMessage, trusted: TrustedProxies): void {
  const header = request.headers['x-forwarded-for']
  if (trusted.length === 0 || header === undefined) return
  const peer = request.socket.remoteAddress ?? 'unknown'
  forwarded.set(request, clientAddress(peer, Array.isArray(header) ? header.join(',') : header, trusted))
}

export function addressOf(request: IncomingMessage): string {
  return forwarded.get(request) ?? request.socket.remoteAddress ?? 'unknown'
}

/** RFC 6750, section 3: a challenge names no error when no credential was sent. `hints`: how to get a token. */
export function challenge(request: IncomingMessage, hints = ''): string {
  const sent = request.headers.authorization !== undefined || request.headers['x-api-key'] !== undefined
  return `Bearer realm="writ"${sent ? ', error="invalid_token"' : ''}${hints}`
}

function bearerOf(header: string | undefined): string | undefined {
  return header === undefined ? undefined : /^bearer +([^\s]+) *$/i.exec(header)?.[1]
}

function isJwt(text: string): boolean {
  return /^eyJ[\w-]*\.[\w-]+\.[\w-]*$/.test(text)
}
