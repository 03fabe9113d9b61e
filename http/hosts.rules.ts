import type { Settings } from '#core/kernel/config'

type HostSettings = Pick<Settings, 'host' | 'allowed_hosts' | 'public_url' | 'cors_origins'>

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]']

export interface HostRules {
  /** Host names a request may be addressed to; undefined: any, because the server is not bound to loopback. */
  readonly hosts: ReadonlySet<string> | undefined
  /** Origins whose pages may read answers. */
  readonly origins: ReadonlySet<string>
}

/**
 * A web page can make its own name resolve to 127.0.0.1 and so reach a server that listens on loopback only; the
 * Host header still carries the page's name. So a loopback server answers to loopback names (and those configured).
 */
export function hostRules(settings: HostSettings): HostRules {
  const configured = listOf(settings.allowed_hosts).map((host) => hostName(host) ?? host)
  const own = hostName(
    settings.host.includes(':') && !settings.host.startsWith('[') ? `[${settings.host}]` : settings.host,
  )
  const published = settings.public_url === undefined ? [] : [new URL(settings.public_url).hostname]
  const origins = new Set(listOf(settings.cors_origins).map((origin) => origin.replace(/\/+$/, '')))
  if (!isLoopback(own) && configured.length === 0) return { hosts: undefined, origins }
  const hosts = new Set([...LOOPBACK, ...configured, ...published, ...(own === undefined ? [] : [own])])
  return { hosts, origins }
}

export function isAllowedHost({ hosts }: HostRules, header: string | undefined): boolean {
  if (!hosts) return true
  if (header === undefined) return false
  if (hosts.has(withoutPort(header))) return true
  const name = hostName(header)
  return name !== undefined && hosts.has(name)
}

/** The common spelling, without a parse per request; `hosts` holds canonical names only, so a match is safe. */
function withoutPort(header: string): string {
  const end = /:\d{1,5}$/.exec(header)?.index
  return end === undefined ? header : header.slice(0, end)
}

/** A request without Origin does not come from a page and passes. */
export function isAllowedOrigin({ hosts, origins }: HostRules, header: string | undefined): boolean {
  if (!hosts || header === undefined || origins.has(header)) return true
  const name = URL.canParse(header) ? new URL(header).hostname : undefined
  return name !== undefined && hosts.has(name)
}

function hostName(header: string): string | undefined {
  if (!/^[\w.\-[\]:]+$/.test(header)) return undefined
  return URL.canParse(`http://${header}`) ? new URL(`http://${header}`).hostname : undefined
}

function isLoopback(name: string | undefined): boolean {
  return name !== undefined && (LOOPBACK.includes(name) || /^127\.\d+\.\d+\.\d+$/.test(name))
}

function listOf(text: string | undefined): string[] {
  return (text ?? '').split(',').flatMap((part) => part.trim() || [])
}
