import type { IncomingMessage } from 'node:http'
import type { Runtime } from '#core/kernel/runtime'
import { ownAddress } from '../own-address.ts'
import { resourceMetadataUrl } from './metadata.ts'
import { oauthServer } from './server.ts'

/** What a client that has no token needs to get one (RFC 9728, section 5.1); empty where no tokens are issued. */
export function tokenHints(runtime: Runtime, request: IncomingMessage): string {
  const server = runtime.use(oauthServer)
  const base = runtime.use(ownAddress).of(request)
  if (!server.isServed || base === undefined) return ''
  return `, resource_metadata="${resourceMetadataUrl(base)}", scope="${server.scopes.join(' ')}"`
}

/** The 403 that makes a client ask its person for more (RFC 6750, section 3.1): all that it has, and what it lacks. */
export function scopeChallenge(runtime: Runtime, request: IncomingMessage, scopes: Iterable<string>): string {
  const base = runtime.use(ownAddress).of(request) ?? ''
  const all = [...new Set(scopes)].toSorted().join(' ')
  return `Bearer realm="writ", error="insufficient_scope", scope="${all}", resource_metadata="${resourceMetadataUrl(base)}"`
}
