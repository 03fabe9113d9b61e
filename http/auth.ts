import type { IncomingMessage } from 'node:http'
import type { Actor } from '#core/kernel/context'
import { Fault } from '#core/kernel/errors'
import { unauthenticated } from '#core/keys/index'

const MAX_KEY = 512

export interface Credentials {
  readonly key: string
  /** A JWT sent beside the key: says which agent is speaking, never who may. */
  readonly identityToken?: string
}

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

/** `x-api-key` authenticates whenever it is there; a Bearer value alone may be an API key. Throws the 401. */
export function credentialsOf(request: IncomingMessage): Credentials {
  const key = request.headers['x-api-key']
  const bearer = bearerOf(request.headers.authorization)
  if (typeof key === 'string' && key !== '') {
    if (key.length > MAX_KEY) throw unauthenticated()
    return bearer !== undefined && isJwt(bearer) ? { key, identityToken: bearer } : { key }
  }
  if (bearer === undefined || bearer.length > MAX_KEY * 16) throw unauthenticated()
  if (isJwt(bearer)) throw new Fault('unauthenticated', 'Unauthorized - invalid token')
  if (bearer.length > MAX_KEY) throw unauthenticated()
  return { key: bearer }
}

export function addressOf(request: IncomingMessage): string {
  return request.socket.remoteAddress ?? 'unknown'
}

/** RFC 6750, section 3: a challenge names no error when no credential was sent. */
export function challenge(request: IncomingMessage): string {
  const sent = request.headers.authorization !== undefined || request.headers['x-api-key'] !== undefined
  return sent ? 'Bearer realm="writ", error="invalid_token"' : 'Bearer realm="writ"'
}

function bearerOf(header: string | undefined): string | undefined {
  return header === undefined ? undefined : /^bearer +([^\s]+) *$/i.exec(header)?.[1]
}

function isJwt(text: string): boolean {
  return /^eyJ[\w-]*\.[\w-]+\.[\w-]*$/.test(text)
}
