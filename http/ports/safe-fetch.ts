import { isIP } from 'node:net'
import { fetch as send } from 'undici'
import { isAllowListed, type AllowList } from '#core/kernel/allow-list'
import { isPublicAddress } from './address.rules.ts'
import { cappedBody } from './capped-body.ts'
import { createDispatchers, resolveBySystem, type Resolve } from './dispatchers.ts'
import { EgressError, egressErrorIn } from './egress-error.ts'
import { nextHop, requestOf, type Outbound } from './outbound.rules.ts'

export interface SafeFetchOptions {
  readonly allow: AllowList
  /** Decoded bytes of one answer. */
  readonly maxBytes?: number
  /** From the call to the last byte of the body; a caller's own signal may end it sooner. */
  readonly timeoutMs?: number
  /** Name resolution; the system's when absent. */
  readonly resolve?: Resolve
}

export interface SafeFetch {
  readonly fetch: typeof globalThis.fetch
  /** Why a URL would be refused; null when it would not, or when its name cannot be resolved now. */
  readonly judge: (url: URL) => Promise<string | null>
  readonly close: () => Promise<void>
}

const MAX_REDIRECTS = 3
const MAX_BYTES = 8 * 1024 * 1024
const TIMEOUT_MS = 60_000
const REDIRECTS = new Set([301, 302, 303, 307, 308])
const NO_BODY = new Set([101, 103, 204, 205, 304])

type Answer = Awaited<ReturnType<typeof send>>
type Hop = (request: Outbound, signal: AbortSignal) => Promise<Answer>

/** A fetch that cannot be led inside: every hop's address is checked and pinned; time, bytes and redirects are bounded. */
export function createSafeFetch(options: SafeFetchOptions): SafeFetch {
  const { guarded, open } = createDispatchers(options.resolve)
  const hop: Hop = async (request, signal) => {
    const dispatcher = isAllowListed(options.allow, request.url) ? open : guarded
    const { method, headers, body } = request
    const init = { method, headers, dispatcher, signal, redirect: 'manual' as const }
    return send(request.url, body === undefined ? init : { ...init, body })
  }
  return {
    async fetch(input, init) {
      const { request, signal: outer } = await requestOf(input, init)
      const deadline = AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS)
      const signal = outer ? AbortSignal.any([outer, deadline]) : deadline
      const explain = (thrown: unknown): unknown => told(thrown, { outer, deadline, host: request.url.host })
      try {
        const answer = await follow(hop, request, { signal, allow: options.allow })
        return responseOf(answer, options.maxBytes ?? MAX_BYTES, explain)
      } catch (thrown) {
        throw explain(thrown)
      }
    },
    judge: (url) => refusalOf(url, options),
    close: async () => {
      await Promise.all([guarded.destroy(), open.destroy()])
    },
  }
}

/** Names that are kept for this machine and the local network (RFC 6761, 6762, 8375; .internal by ICANN). */
const INNER_NAME = /(^|\.)(localhost|local|internal|home\.arpa)\.?$/i

/** Judged again at every call: what a name stands for may change. */
async function refusalOf(url: URL, { allow, resolve = resolveBySystem }: SafeFetchOptions): Promise<string | null> {
  if (isAllowListed(allow, url)) return null
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const addresses = isIP(host) !== 0 ? [host] : await addressesOf(host, resolve)
  const isInner = addresses.length === 0 && INNER_NAME.test(host)
  const bad = isInner ? host : addresses.find((address) => !isPublicAddress(address))
  return bad === undefined ? null : `${host} is a private or reserved address; outbound calls to it are refused`
}

async function addressesOf(host: string, resolve: Resolve): Promise<string[]> {
  try {
    return (await resolve(host)).map(({ address }) => address)
  } catch {
    return []
  }
}

async function follow(
  hop: Hop,
  first: Outbound,
  { signal, allow }: { signal: AbortSignal; allow: AllowList },
): Promise<Answer> {
  let request = first
  for (let redirects = 0; ; redirects += 1) {
    if (request.url.protocol !== 'http:' && request.url.protocol !== 'https:') {
      throw new EgressError('scheme', `Outbound calls use http or https, not ${request.url.protocol}`)
    }
    const answer = await hop(request, signal)
    const location = answer.headers.get('location')
    if (!REDIRECTS.has(answer.status) || location === null || request.redirect === 'manual') return answer
    await answer.body?.cancel()
    if (request.redirect === 'error') throw new EgressError('redirect', `${request.url.host} redirects elsewhere.`)
    if (redirects === MAX_REDIRECTS) throw new EgressError('redirect', `More than ${MAX_REDIRECTS} redirects.`)
    request = nextHop(request, answer.status, location, (url) => isAllowListed(allow, url))
  }
}

function responseOf(answer: Answer, maxBytes: number, explain: (thrown: unknown) => unknown): Response {
  const { status, statusText } = answer
  const headers = new Headers([...answer.headers])
  if (answer.body === null || NO_BODY.has(status)) return new Response(null, { status, statusText, headers })
  // The body arrives decoded, so these two describe bytes that nobody gets to see.
  if (headers.has('content-encoding')) for (const name of ['content-encoding', 'content-length']) headers.delete(name)
  const body = cappedBody(answer.body as ReadableStream<Uint8Array>, maxBytes, explain)
  return new Response(body, { status, statusText, headers })
}

function told(thrown: unknown, at: { outer: AbortSignal | undefined; deadline: AbortSignal; host: string }): unknown {
  const known = egressErrorIn(thrown)
  if (known) return known
  if (at.outer?.aborted) return at.outer.reason
  if (at.deadline.aborted) return new EgressError('timeout', `${at.host} did not answer in time.`, thrown)
  return new EgressError('unreachable', `${at.host} could not be reached.`, thrown)
}
