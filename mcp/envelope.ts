import { CLIENT_CAPABILITIES_META_KEY, CLIENT_INFO_META_KEY } from '@modelcontextprotocol/server'
import type { ClientCapabilities, ServerContext } from '@modelcontextprotocol/server'

type Envelope = Readonly<Record<string, unknown>>

/** What the client of a 2026-era request declares with the request itself. */
export function declaredCapabilities({ mcpReq }: ServerContext): ClientCapabilities | undefined {
  const envelope: Envelope = mcpReq.envelope ?? {}
  return envelope[CLIENT_CAPABILITIES_META_KEY] as ClientCapabilities | undefined
}

/** What it calls itself. */
export function declaredName({ mcpReq }: ServerContext): string | undefined {
  const envelope: Envelope = mcpReq.envelope ?? {}
  return (envelope[CLIENT_INFO_META_KEY] as { name?: string } | undefined)?.name
}
