import ipaddr from 'ipaddr.js'

const GLOBAL_V6: [ipaddr.IPv6, number] = [ipaddr.IPv6.parse('2000::'), 3]
const NAT64: [ipaddr.IPv6, number] = [ipaddr.IPv6.parse('64:ff9b::'), 96]

/** Public by number, yet answered inside the cloud: Azure's metadata and health endpoint. */
const CLOUD_INTERNAL = new Set(['168.63.129.16'])

/**
 * Whether an address is one that outbound calls may reach: global unicast, and nothing that leads back inside.
 * Mapped (::ffff:0:0/96) and NAT64 (64:ff9b::/96) addresses are judged by the IPv4 address they carry; every other
 * transition form (6to4, Teredo, IPv4-compatible, local NAT64) is refused, as no public service needs it.
 * Ranges: IANA special-purpose registries for IPv4 and IPv6 (RFC 6890 and its updates), as `ipaddr.js` lists them.
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address) || address.includes('%')) return false
  const parsed = ipaddr.parse(address)
  return parsed.kind() === 'ipv4' ? isPublicV4(parsed as ipaddr.IPv4) : isPublicV6(parsed as ipaddr.IPv6)
}

function isPublicV4(address: ipaddr.IPv4): boolean {
  return address.range() === 'unicast' && !CLOUD_INTERNAL.has(address.toString())
}

function isPublicV6(address: ipaddr.IPv6): boolean {
  if (address.isIPv4MappedAddress()) return isPublicV4(address.toIPv4Address())
  if (address.match(NAT64)) return isPublicV4(new ipaddr.IPv4(address.toByteArray().slice(12)))
  return address.match(GLOBAL_V6) && address.range() === 'unicast'
}
