import { lookup as systemLookup } from 'node:dns/promises'
import { isIP, type LookupFunction } from 'node:net'
import { Agent, buildConnector } from 'undici'
import { isPublicAddress } from './address.rules.ts'
import { EgressError } from './egress-error.ts'

export interface ResolvedAddress {
  readonly address: string
  readonly family: number
}

export type Resolve = (host: string) => Promise<readonly ResolvedAddress[]>

export const resolveBySystem: Resolve = (host) => systemLookup(host, { all: true, verbatim: true })

const CONNECT_MS = 5000

export interface Dispatchers {
  /** Connects to public addresses only. */
  readonly guarded: Agent
  /** For hosts on the allow list. */
  readonly open: Agent
}

export function createDispatchers(resolve: Resolve = resolveBySystem): Dispatchers {
  return { guarded: agentOf(resolve, true), open: agentOf(resolve, false) }
}

/**
 * Name resolution and connection are one step: the addresses that were checked are the ones handed to the socket,
 * so a name that answers differently the second time (DNS rebinding) has no second time.
 */
function agentOf(resolve: Resolve, guarded: boolean): Agent {
  const connect = buildConnector({ timeout: CONNECT_MS, lookup: pinned(resolve, guarded), allowH2: false })
  return new Agent({
    keepAliveTimeout: 4000,
    connect(options, callback) {
      // An address in the URL is connected to without any lookup, so it is checked here.
      const host = options.hostname.replace(/^\[|\]$/g, '')
      if (guarded && isIP(host) !== 0 && !isPublicAddress(host)) callback(refused(host, host), null)
      else connect(options, callback)
    },
  })
}

function pinned(resolve: Resolve, guarded: boolean): LookupFunction {
  const answer = async (host: string): Promise<readonly [ResolvedAddress, ...ResolvedAddress[]]> => {
    const [first, ...rest] = await resolve(host)
    if (!first) throw new EgressError('unreachable', `${host} has no address.`)
    const bad = guarded ? [first, ...rest].find(({ address }) => !isPublicAddress(address)) : undefined
    if (bad) throw refused(host, bad.address)
    return [first, ...rest]
  }
  return (host, options, callback) => {
    const tell = async (): Promise<void> => {
      const found = await answer(host).catch((error: unknown) => error as NodeJS.ErrnoException)
      if (found instanceof Error) callback(found, '')
      else if (options.all) callback(null, [...found])
      else callback(null, found[0].address, found[0].family)
    }
    void tell()
  }
}

function refused(host: string, address: string): EgressError {
  const where = host === address ? address : `${host} (${address})`
  return new EgressError('address', `${where} is a private or reserved address; outbound calls to it are refused.`)
}
