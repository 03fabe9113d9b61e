import type { JWK } from 'jose'
import { isAllowListed, parseAllowList } from '#core/observations/index'
import type { Runtime } from '../kernel/runtime.ts'

const TIMEOUT_MS = 5000
const MAX_BYTES = 256 * 1024
const MAX_KEYS = 100

export interface IssuerRule {
  readonly issuer: string
  readonly audience?: string | undefined
  readonly jwks_uri?: string | undefined
}

type Outside = Pick<Runtime, 'ports' | 'settings'>

export interface FoundKeys {
  readonly keys: readonly JWK[]
  /** Where they were, to be asked first the next time. */
  readonly uri: string
}

/** The issuer's keys. Rejects with whatever kept them away, after five seconds at the latest. */
export async function fetchKeys(runtime: Outside, rule: IssuerRule, knownUri: string | undefined): Promise<FoundKeys> {
  const signal = AbortSignal.timeout(TIMEOUT_MS)
  return within(signal, findKeys(runtime, rule, { signal, uri: rule.jwks_uri ?? knownUri }))
}

interface Search {
  readonly signal: AbortSignal
  readonly uri: string | undefined
}

async function findKeys(runtime: Outside, rule: IssuerRule, { signal, uri }: Search): Promise<FoundKeys> {
  if (uri !== undefined) return { keys: keysIn(await getJson(runtime, uri, signal)), uri }
  const base = rule.issuer.replace(/\/+$/, '')
  const usual = `${base}/.well-known/jwks.json`
  try {
    return { keys: keysIn(await getJson(runtime, usual, signal)), uri: usual }
  } catch (error) {
    if (!(error instanceof NotThere)) throw error
  }
  const document = await getJson(runtime, `${base}/.well-known/openid-configuration`, signal)
  const { issuer, jwks_uri: found } = isRecord(document) ? document : {}
  if (issuer !== rule.issuer || typeof found !== 'string')
    throw new NotThere('The discovery document is of another issuer.')
  return { keys: keysIn(await getJson(runtime, found, signal)), uri: found }
}

/** The host answered, but not with what was asked for. */
class NotThere extends Error {
  override readonly name = 'NotThere'
}

async function getJson(runtime: Outside, address: string, signal: AbortSignal): Promise<unknown> {
  const url = new URL(address)
  // Keys that anybody on the way could swap prove nothing; what the operator listed is theirs to judge.
  if (url.protocol !== 'https:' && !isAllowListed(parseAllowList(runtime.settings.egress_allow), url)) {
    throw new Error(`Keys of an issuer are fetched by https only, not from ${url.origin}.`)
  }
  const response = await runtime.ports.fetch(url, {
    headers: { accept: 'application/json' },
    redirect: 'error',
    signal,
  })
  if (response.status !== 200) {
    await response.body?.cancel()
    throw new NotThere(`${url.host} answered ${response.status}.`)
  }
  try {
    return JSON.parse(await boundedText(response)) as unknown
  } catch (error) {
    throw error instanceof SyntaxError ? new NotThere(`${url.host} answered no JSON.`) : error
  }
}

async function boundedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  const reader = response.body?.getReader()
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    const chunk = part.value as Uint8Array
    size += chunk.byteLength
    if (size > MAX_BYTES) {
      await reader?.cancel()
      throw new Error(`The answer is larger than ${MAX_BYTES} bytes.`)
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** Public keys that may sign. One that came with its private half, or is a shared secret, proves nothing. */
function keysIn(document: unknown): readonly JWK[] {
  const keys = isRecord(document) ? document['keys'] : undefined
  if (!Array.isArray(keys)) throw new NotThere('The answer is no JSON Web Key Set.')
  return keys.slice(0, MAX_KEYS).filter(isPublicKey)
}

function isPublicKey(key: unknown): key is JWK {
  if (!isRecord(key) || 'd' in key || 'k' in key) return false
  return ['RSA', 'EC', 'OKP'].includes(String(key['kty'])) && (key['use'] ?? 'sig') === 'sig'
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A doorway that does not heed the signal is not waited for. */
function within<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const over = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  })
  return Promise.race([work, over])
}
