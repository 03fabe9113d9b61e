import { createSocket } from 'node:dgram'
import { Resolver } from 'node:dns/promises'
import { once } from 'node:events'
import { decode, encode, type StringAnswer } from 'dns-packet'
import type { ResolvedAddress, Resolve } from './dispatchers.ts'

/** What a name answers to the nth question for it: addresses, another name, silence, or nothing. */
export type Zone = Readonly<Record<string, (nth: number) => readonly string[] | 'silent'>>

export interface TestDns {
  /** Asks the server, as the system's resolver would ask its own. */
  readonly resolve: Resolve
  /** How often a name was asked for. */
  asked(name: string): number
  close(): Promise<void>
}

/** A real DNS server on loopback. Names it does not know do not exist. */
export async function testDns(zone: Zone): Promise<TestDns> {
  const counts = new Map<string, number>()
  const socket = createSocket('udp4')
  socket.on('message', (message, from) => {
    const { id = 0, questions = [] } = decode(message)
    const [question] = questions
    if (!question) return
    const name = question.name.toLowerCase().replace(/\.$/, '')
    // Both kinds of address are asked for at once; one question is one pair.
    const nth = counts.get(name) ?? 0
    if (question.type === 'A') counts.set(name, nth + 1)
    const told = zone[name]?.(question.type === 'A' ? nth : Math.max(0, (counts.get(name) ?? 1) - 1))
    if (told === 'silent') return
    const answers = (told ?? []).flatMap((data) => recordOf(question.name, question.type, data))
    const flags = told === undefined ? 3 : 0
    socket.send(encode({ type: 'response', id, flags, questions, answers }), from.port, from.address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const resolver = new Resolver({ timeout: 2000, tries: 1 })
  resolver.setServers([`127.0.0.1:${socket.address().port}`])
  return {
    resolve: (host) => addressesOf(resolver, host),
    asked: (name) => counts.get(name) ?? 0,
    close: async () => {
      resolver.cancel()
      socket.close()
      await once(socket, 'close')
    },
  }
}

function recordOf(name: string, type: string, data: string): StringAnswer[] {
  const kind = /^[\d.]+$/.test(data) ? 'A' : data.includes(':') ? 'AAAA' : 'CNAME'
  return kind === type || kind === 'CNAME' ? [{ name, type: kind, ttl: 0, data }] : []
}

async function addressesOf(resolver: Resolver, host: string): Promise<readonly ResolvedAddress[]> {
  const none = (): string[] => []
  const [v4, v6] = await Promise.all([resolver.resolve4(host).catch(none), resolver.resolve6(host).catch(none)])
  return [...v4.map((address) => ({ address, family: 4 })), ...v6.map((address) => ({ address, family: 6 }))]
}
