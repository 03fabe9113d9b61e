import { EgressError } from './egress-error.ts'

/** One request as it goes over the wire; the body is held whole, so that a redirect can repeat it. */
export interface Outbound {
  readonly url: URL
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array | undefined
  /** What the caller wants done with a redirect. */
  readonly redirect: Request['redirect']
}

/** Harmless to tell another origin; credentials and signatures stay with the host they were meant for. */
const PORTABLE = new Set(['accept', 'accept-language', 'content-type', 'user-agent'])

export async function requestOf(
  input: string | URL | Request,
  init: RequestInit | undefined,
): Promise<{ request: Outbound; signal: AbortSignal | undefined }> {
  const asked = new Request(input, { ...init, ...(init?.body instanceof ReadableStream ? { duplex: 'half' } : {}) })
  const url = new URL(asked.url)
  if (url.username !== '' || url.password !== '')
    throw new EgressError('scheme', 'An outbound URL must not hold a password.')
  const body = asked.body === null ? undefined : new Uint8Array(await asked.arrayBuffer())
  const request = {
    url,
    method: asked.method,
    headers: Object.fromEntries(asked.headers),
    body,
    redirect: asked.redirect,
  }
  return { request, signal: init?.signal ?? (input instanceof Request ? input.signal : undefined) }
}

/** The request a redirect asks for (RFC 9110, section 15.4), with no more authority than the one before. */
export function nextHop(from: Outbound, status: number, location: string, listed: (url: URL) => boolean): Outbound {
  if (!URL.canParse(location, from.url.href)) throw new EgressError('redirect', 'The redirect names no usable address.')
  const url = new URL(location, from.url.href)
  if (from.url.protocol === 'https:' && url.protocol !== 'https:' && !listed(url)) {
    throw new EgressError('redirect', `The redirect from https to ${url.protocol.slice(0, -1)} is refused.`)
  }
  const toGet = status === 303 ? from.method !== 'HEAD' : status <= 302 && from.method === 'POST'
  const sameOrigin = url.origin === from.url.origin
  const kept = Object.entries(from.headers).filter(
    ([name]) => (sameOrigin || PORTABLE.has(name)) && !(toGet && name.startsWith('content-')),
  )
  const headers = Object.fromEntries(kept)
  return toGet ? { ...from, url, method: 'GET', headers, body: undefined } : { ...from, url, headers }
}
