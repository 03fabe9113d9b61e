import type { IncomingMessage } from 'node:http'
import type { Actor } from '#core/kernel/context'
import type { Runtime } from '#core/kernel/runtime'
import { scopesOf, type Scope } from '#core/kernel/scope'
import { ownAddress } from '../own-address.ts'
import { resourceMetadataUrl } from './metadata.ts'
import { cliScopes } from './scopes.rules.ts'
import { oauthServer } from './server.ts'

/** What a client that has no token needs to get one (RFC 9728, section 5.1); empty where no tokens are issued. */
export function tokenHints(runtime: Runtime, request: IncomingMessage): string {
  const server = runtime.use(oauthServer)
  const base = runtime.use(ownAddress).of(request)
  if (!server.isServed || base === undefined) return ''
  return `, resource_metadata="${resourceMetadataUrl(base)}", scope="${server.scopes.join(' ')}"`
}

/**
 * The 403 that makes a client ask its person for more (RFC 6750, section 3.1): all that it has, and what it lacks.
 * Undefined where asking would not help: for a key, or when neither this client nor this person can have it.
 */
export function stepUp(
  runtime: Runtime,
  request: IncomingMessage,
  { kind, role, agentId, scopes }: Actor,
  missing: Scope,
): string | undefined {
  const base = runtime.use(ownAddress).of(request)
  // Only the command line acts as nobody's agent.
  const obtainable = agentId === null ? cliScopes : runtime.use(oauthServer).scopes
  if (kind !== 'grant' || base === undefined || !obtainable.includes(missing)) return undefined
  if (!scopesOf(role).includes(missing)) return undefined
  const all = [...scopes, missing].toSorted().join(' ')
  return `Bearer realm="writ", error="insufficient_scope", scope="${all}", resource_metadata="${resourceMetadataUrl(base)}"`
}
