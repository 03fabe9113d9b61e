import { hash } from 'node:crypto'
import { errors as joseErrors, importJWK, jwtVerify, type CryptoKey, type JWTHeaderParameters } from 'jose'
import { grantCache } from '#core/grants/index'
import type { Actor } from '#core/kernel/context'
import { Fault } from '#core/kernel/errors'
import { resource, type Runtime } from '#core/kernel/runtime'
import { ownAddress } from '../own-address.ts'
import { audienceOf } from './metadata.ts'
import { oauthServer } from './server.ts'

/** Ours are a third of this. */
const MAX_TOKEN = 4096
const SKEW_SECONDS = 5
const MAX_LIFETIME_SECONDS = 15 * 60
const MAX_ENTRIES = 20_000

interface Verified {
  readonly grantId: string
  readonly scope: string
  readonly expiresAt: number
}

/** Tokens that were verified, by their hash, until they run out: a repeated call costs a hash and a look-up. */
class TokenVerifier {
  readonly #runtime: Runtime
  readonly #verified = new Map<string, Verified>()
  readonly #imported = new Map<string, CryptoKey>()

  constructor(runtime: Runtime) {
    this.#runtime = runtime
  }

  known(jwt: string): Verified | undefined {
    if (jwt.length > MAX_TOKEN) return undefined
    const key = hash('sha256', jwt, 'base64')
    const verified = this.#verified.get(key)
    if (!verified || verified.expiresAt > this.#runtime.now().getTime()) return verified
    this.#verified.delete(key)
    return undefined
  }

  async verify(jwt: string): Promise<Verified> {
    const known = this.known(jwt)
    if (known) return known
    const verified = await this.#check(jwt).catch((thrown: unknown) => {
      // A token that is not ours is told apart from a database that cannot be reached.
      if (thrown instanceof Fault || !(thrown instanceof joseErrors.JOSEError || thrown instanceof TypeError))
        throw thrown
      throw invalidToken()
    })
    if (this.#verified.size >= MAX_ENTRIES) this.#verified.clear()
    this.#verified.set(hash('sha256', jwt, 'base64'), verified)
    return verified
  }

  async #check(jwt: string): Promise<Verified> {
    const bases = this.#runtime.use(ownAddress).all
    if (jwt.length > MAX_TOKEN || bases.size === 0) throw invalidToken()
    const { payload } = await jwtVerify(jwt, (header) => this.#keyFor(header), {
      algorithms: ['ES256'],
      typ: 'at+jwt',
      issuer: [...bases],
      audience: [...bases].map(audienceOf),
      requiredClaims: ['sub', 'iat', 'exp', 'jti', 'client_id', 'grant_id'],
      clockTolerance: SKEW_SECONDS,
      currentDate: this.#runtime.now(),
    })
    const { iss = '', aud, iat = 0, exp = 0, scope = '', grant_id: grantId } = payload
    const sound = aud === audienceOf(iss) && exp - iat <= MAX_LIFETIME_SECONDS
    if (!sound || typeof grantId !== 'string' || typeof scope !== 'string') throw invalidToken()
    return { grantId, scope, expiresAt: (exp + SKEW_SECONDS) * 1000 }
  }

  /** A key of ours by its id and nothing else: where a key would be found the token has no say in. */
  async #keyFor({ kid, jwk, jku, x5c, x5u }: JWTHeaderParameters): Promise<CryptoKey> {
    const foreign = [jwk, jku, x5c, x5u].some((part) => part !== undefined)
    if (foreign || typeof kid !== 'string' || kid.length > 64) throw invalidToken()
    const server = this.#runtime.use(oauthServer)
    const named = ({ kid: one }: { readonly kid: string }): boolean => one === kid
    const key = (await server.keys()).find(named) ?? (await server.keys({ unknown: true })).find(named)
    if (!key) throw invalidToken()
    let imported = this.#imported.get(kid)
    if (!imported) {
      const { d: _private, ...open } = key.jwk
      imported = (await importJWK(open, 'ES256')) as CryptoKey
      if (this.#imported.size > 20) this.#imported.clear()
      this.#imported.set(kid, imported)
    }
    return imported
  }
}

const tokenVerifier = resource({ name: 'oauth.verifier', open: (runtime) => new TokenVerifier(runtime) })

/** The actor behind an access token of this server; the 401 for whatever is not one, or has ended. */
export async function actorOfToken(runtime: Runtime, jwt: string): Promise<Actor> {
  const { grantId, scope } = await runtime.use(tokenVerifier).verify(jwt)
  return runtime.use(grantCache).actorOf(grantId, scope)
}

/** The cached answer, when token and grant were both looked at a moment ago. */
export function actorOfTokenNow(runtime: Runtime, jwt: string): Actor | undefined {
  const verified = runtime.use(tokenVerifier).known(jwt)
  return verified && runtime.use(grantCache).actorNow(verified.grantId, verified.scope)
}

/** Whether this token was verified before, valid as its grant may be or not. */
export function isKnownToken(runtime: Runtime, jwt: string): boolean {
  return runtime.use(tokenVerifier).known(jwt) !== undefined
}

function invalidToken(): Fault {
  return new Fault('unauthenticated', 'Unauthorized - invalid token')
}
