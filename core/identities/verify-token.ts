import { hash } from 'node:crypto'
import { decodeJwt, decodeProtectedHeader, errors, jwtVerify, type CryptoKey, type JWTPayload } from 'jose'
import type { OrgSettings } from '#core/settings/index'
import { resource, type Runtime } from '../kernel/runtime.ts'
import { claimsOf } from './claims.rules.ts'
import type { TokenClaims, VerificationStatus } from './identity.ts'
import { issuerKeys, IssuerUnreachable, type KeySet } from './issuer-keys.ts'
import type { IssuerRule } from './jwks.ts'

/** Asymmetric ones only: with a shared secret whoever can check a token could also make it. */
export const TOKEN_ALGORITHMS = ['EdDSA', 'RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512']
const SKEW_SECONDS = 60
const MAX_CHARS = 8192
/** Signed by the same issuers for other ends: a sign-out, a proof of possession, a security event. */
const OTHER_TYPES = /^(application\/)?(logout|dpop|secevent)\+jwt$/i

export type TokenVerdict =
  | { readonly status: 'verified'; readonly claims: TokenClaims }
  | { readonly status: Exclude<VerificationStatus, 'verified'> }

export type TokenRules = Pick<OrgSettings, 'identity_issuers' | 'identity_token_max_seconds'>

/** What a token proves under the rules of an org. Never throws: what cannot be told is not verified. */
export async function verifyToken(
  runtime: Runtime,
  orgId: string,
  token: string,
  rules: TokenRules,
): Promise<TokenVerdict> {
  if (token.length > MAX_CHARS) return { status: 'failed' }
  const name = hash('sha256', `${orgId}\0${token}`, 'base64')
  try {
    const before = await knownClaims(runtime, name, rules)
    if (before) return { status: 'verified', claims: before }
    const rule = ruleOf(token, rules)
    return rule === null ? { status: 'unknown_issuer' } : await underRule(runtime, token, { name, rule, rules })
  } catch (error) {
    if (error instanceof IssuerUnreachable) return { status: 'unverified' }
    if (error instanceof errors.JWTExpired) return { status: 'expired' }
    if (!(error instanceof errors.JOSEError)) runtime.log.debug({ err: error }, 'an identity token cannot be read')
    return { status: 'failed' }
  }
}

/** Of a token that was verified before, under these very rules and with keys that still hold. */
async function knownClaims(runtime: Runtime, name: string, rules: TokenRules): Promise<TokenClaims | undefined> {
  const known = runtime.use(verified)
  const entry = known.get(name)
  if (!entry) return undefined
  const ended = runtime.now().getTime() / 1000 >= entry.claims.exp
  const holds = entry.rules === rules && !ended && (await runtime.use(issuerKeys).current(entry.rule)) === entry.keys
  if (holds) return entry.claims
  known.delete(name)
  return undefined
}

/** The rule for the issuer that the token names itself, which only its signature will prove. */
function ruleOf(token: string, { identity_issuers }: TokenRules): IssuerRule | null {
  const { alg, typ } = decodeProtectedHeader(token)
  if (alg === undefined || !TOKEN_ALGORITHMS.includes(alg) || OTHER_TYPES.test(typ ?? '')) {
    throw new errors.JOSEAlgNotAllowed('This is no identity token.')
  }
  const { iss } = decodeJwt(token)
  return identity_issuers.find(({ issuer }) => issuer === iss) ?? null
}

interface Under {
  readonly name: string
  readonly rule: IssuerRule
  readonly rules: TokenRules
}

async function underRule(runtime: Runtime, token: string, { name, rule, rules }: Under): Promise<TokenVerdict> {
  const now = runtime.now()
  const current = await runtime.use(issuerKeys).current(rule)
  const { payload, keys } = await checked(runtime, token, { rule, keys: current, now })
  const seconds = Math.floor(now.getTime() / 1000)
  if ((payload.iat ?? 0) > seconds + SKEW_SECONDS) return { status: 'failed' }
  const claims = claimsOf(payload)
  if (!claims) return { status: 'failed' }
  if (claims.exp > seconds + rules.identity_token_max_seconds + SKEW_SECONDS) return { status: 'exp_too_far' }
  runtime.use(verified).put(name, { claims, keys, rule, rules })
  return { status: 'verified', claims }
}

interface Checking {
  readonly rule: IssuerRule
  readonly keys: KeySet
  readonly now: Date
}

async function checked(runtime: Runtime, token: string, at: Checking): Promise<{ payload: JWTPayload; keys: KeySet }> {
  try {
    return { payload: await payloadBy(token, at), keys: at.keys }
  } catch (error) {
    if (!(error instanceof errors.JWKSNoMatchingKey)) throw error
    // The issuer may have changed its keys since.
    const newer = await runtime.use(issuerKeys).newerThan(at.rule, at.keys)
    if (newer === undefined || newer === at.keys) throw error
    return { payload: await payloadBy(token, { ...at, keys: newer }), keys: newer }
  }
}

async function payloadBy(token: string, { rule, keys, now }: Checking): Promise<JWTPayload> {
  const options = {
    algorithms: TOKEN_ALGORITHMS,
    issuer: rule.issuer,
    ...(rule.audience === undefined ? {} : { audience: rule.audience }),
    clockTolerance: SKEW_SECONDS,
    currentDate: now,
    requiredClaims: ['exp', 'sub'],
  }
  try {
    return (await jwtVerify(token, keys.keyOf, options)).payload
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error
    return await byOneOf(error, (key) => jwtVerify(token, key, options))
  }
}

const MAX_TRIED = 4

/** Several keys of the issuer fit by their description; one of them must have signed. */
async function byOneOf(
  candidates: errors.JWKSMultipleMatchingKeys,
  verify: (key: CryptoKey) => Promise<{ payload: JWTPayload }>,
): Promise<JWTPayload> {
  let tried = 0
  for await (const key of candidates) {
    tried += 1
    if (tried > MAX_TRIED) break
    try {
      return (await verify(key)).payload
    } catch (error) {
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw error
    }
  }
  throw new errors.JWSSignatureVerificationFailed()
}

interface Known {
  readonly claims: TokenClaims
  readonly rule: IssuerRule
  /** Compared by identity: an org's settings are swapped whole when anything in them changes. */
  readonly rules: TokenRules
  /** Verified by these: once the issuer's keys were fetched anew, a token is verified anew. */
  readonly keys: KeySet
}

/** Tokens that were verified, by hash, until they end: agents send the same one again and again. */
class VerifiedTokens {
  readonly #entries = new Map<string, Known>()

  get(name: string): Known | undefined {
    return this.#entries.get(name)
  }

  delete(name: string): void {
    this.#entries.delete(name)
  }

  put(name: string, entry: Known): void {
    if (this.#entries.size >= MAX_KNOWN) {
      const oldest = this.#entries.keys().next().value
      if (oldest !== undefined) this.#entries.delete(oldest)
    }
    this.#entries.set(name, entry)
  }
}

const MAX_KNOWN = 10_000

const verified = resource({ name: 'identities.verified-tokens', open: () => new VerifiedTokens() })
