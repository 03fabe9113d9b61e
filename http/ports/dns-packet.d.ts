/** What the tests' DNS server uses of it; the package has no types of its own. */
declare module 'dns-packet' {
  interface StringAnswer {
    readonly name: string
    readonly type: 'A' | 'AAAA' | 'CNAME'
    readonly ttl: number
    readonly data: string
  }
  interface Packet {
    readonly type?: 'query' | 'response'
    readonly id?: number
    readonly flags?: number
    readonly questions?: readonly { readonly name: string; readonly type: string }[]
    readonly answers?: readonly StringAnswer[]
  }
  export function encode(packet: Packet): Buffer
  export function decode(message: Buffer): Packet
}
