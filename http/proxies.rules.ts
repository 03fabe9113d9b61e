import ipaddr from 'ipaddr.js'
import { ConfigError } from '#core/kernel/config'

type Block = [ipaddr.IPv4 | ipaddr.IPv6, number]

/** Proxies whose word about where a request came from is taken. */
export type TrustedProxies = readonly Block[]

const named: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  private: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
}

/** Addresses and blocks (`10.1.0.0/16`), comma separated; `loopback` and `private` stand for those ranges. */
export function parseTrustedProxies(text: string): TrustedProxies {
  const parts = text.split(',').flatMap((part) => part.trim() || [])
  return parts.flatMap((part) => (Object.hasOwn(named, part) ? (named[part] ?? []) : [part])).map(blockOf)
}

function blockOf(text: string): Block {
  try {
    if (text.includes('/')) return ipaddr.parseCIDR(text)
    const address = ipaddr.process(text)
    return [address, address.kind() === 'ipv4' ? 32 : 128]
  } catch {
    throw new ConfigError([
      `WRIT_TRUSTED_PROXIES: ${text} is no address, no block like 10.1.0.0/16, and not loopback or private`,
    ])
  }
}

/**
 * Where a request came from: the peer, or, as long as that is a trusted proxy, whom it names last in `X-Forwarded-For`.
 * What stands further left was written by whoever sent the request. A part that is no address ends the search.
 */
export function clientAddress(peer: string, forwarded: string | undefined, trusted: TrustedProxies): string {
  let address = peer
  const hops = (forwarded ?? '').split(',').map((hop) => hop.trim())
  while (hops.length > 0 && isTrusted(address, trusted)) {
    const hop = bare(hops.pop() ?? '')
    if (!ipaddr.isValid(hop)) break
    address = ipaddr.process(hop).toString()
  }
  return address
}

/** Some proxies add the port. */
function bare(hop: string): string {
  return /^\[([^\]]+)\](?::\d+)?$/.exec(hop)?.[1] ?? /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(hop)?.[1] ?? hop
}

function isTrusted(address: string, trusted: TrustedProxies): boolean {
  if (!ipaddr.isValid(address)) return false
  const parsed = ipaddr.process(address)
  return trusted.some(([block, bits]) => block.kind() === parsed.kind() && parsed.match([block, bits] as never))
}
