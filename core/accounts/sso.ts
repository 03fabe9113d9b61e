import * as oauth from 'oauth4webapi'
import { Fault } from '../kernel/errors.ts'
import { resource, type Runtime } from '../kernel/runtime.ts'

const DISCOVERY_MS = 10 * 60_000

/** What one round to the provider is bound to; kept, encrypted, by the browser that went there. */
export interface SsoRound {
  readonly state: string
  readonly nonce: string
  readonly verifier: string
  readonly returnTo: string
  /** Milliseconds since 1970. */
  readonly until: number
}

/** What the provider says about a person, in a signed and checked ID token. */
export interface SsoClaims {
  readonly issuer: string
  readonly subject: string
  readonly email: string | null
  readonly emailVerified: boolean
  readonly name: string | null
  /** The provider says that more than a password was proved (RFC 8176). */
  readonly multiFactor: boolean
}

interface Provider {
  readonly server: oauth.AuthorizationServer
  readonly readAt: number
}

const discovered = resource<{ provider?: Provider }>({ name: 'accounts.sso', open: () => ({}) })

/** Where to send the person, and what must come back. */
export async function startSso(
  runtime: Runtime,
  { redirectUri, returnTo }: { readonly redirectUri: string; readonly returnTo: string },
): Promise<{ readonly url: URL; readonly round: SsoRound }> {
  const { server, client } = await providerOf(runtime)
  if (server.authorization_endpoint === undefined) throw unusable()
  const round = {
    state: oauth.generateRandomState(),
    nonce: oauth.generateRandomNonce(),
    verifier: oauth.generateRandomCodeVerifier(),
    returnTo,
    until: runtime.now().getTime() + 10 * 60_000,
  }
  const url = new URL(server.authorization_endpoint)
  const query = {
    response_type: 'code',
    client_id: client.client_id,
    redirect_uri: redirectUri,
    scope: 'openid email profile',
    state: round.state,
    nonce: round.nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(round.verifier),
    code_challenge_method: 'S256',
  }
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
  return { url, round }
}

/** Redeems the code and checks the ID token (OpenID Connect Core 1.0, section 3.1.3.7) with its signature. */
export async function finishSso(
  runtime: Runtime,
  { callback, redirectUri, round }: { readonly callback: URL; readonly redirectUri: string; readonly round: SsoRound },
): Promise<SsoClaims> {
  if (round.until < runtime.now().getTime()) throw new Fault('gone', 'This sign-in took too long; start again.')
  const { server, client, options, auth } = await providerOf(runtime)
  try {
    const parameters = oauth.validateAuthResponse(server, client, callback, round.state)
    const response = await oauth.authorizationCodeGrantRequest(
      server,
      client,
      auth,
      parameters,
      redirectUri,
      round.verifier,
      options,
    )
    const result = await oauth.processAuthorizationCodeResponse(server, client, response, {
      expectedNonce: round.nonce,
      requireIdToken: true,
    })
    await oauth.validateApplicationLevelSignature(server, response, options)
    const claims = oauth.getValidatedIdTokenClaims(result)
    if (!claims) throw new TypeError('the provider sent no ID token')
    return claimsOf(await withUserInfo(runtime, { claims, accessToken: result.access_token }))
  } catch (cause) {
    if (cause instanceof Fault) throw cause
    throw new Fault('sign_in_failed', 'The provider did not vouch for you; start again.', { cause })
  }
}

/** Many providers put the address into user info only. */
async function withUserInfo(
  runtime: Runtime,
  { claims, accessToken }: { readonly claims: oauth.IDToken; readonly accessToken: string },
): Promise<oauth.IDToken> {
  const { server, client, options } = await providerOf(runtime)
  if (claims['email'] !== undefined || server.userinfo_endpoint === undefined) return claims
  const response = await oauth.userInfoRequest(server, client, accessToken, options)
  const info = await oauth.processUserInfoResponse(server, client, claims.sub, response)
  return { ...info, ...claims }
}

function claimsOf(claims: oauth.IDToken): SsoClaims {
  const { email, email_verified, name, amr } = claims
  return {
    issuer: claims.iss,
    subject: claims.sub,
    email: typeof email === 'string' ? email : null,
    emailVerified: email_verified === true,
    name: typeof name === 'string' && name.trim() !== '' ? name.trim().slice(0, 128) : null,
    multiFactor: Array.isArray(amr) && amr.includes('mfa'),
  }
}

async function providerOf(runtime: Runtime) {
  const { sso_issuer, sso_client_id, sso_client_secret } = runtime.settings
  if (sso_issuer === undefined || sso_client_id === undefined) {
    throw new Fault('not_found', 'No provider to sign in with is configured here.')
  }
  const issuer = new URL(sso_issuer)
  const options = {
    [oauth.customFetch]: (
      url: string,
      { body, ...init }: oauth.CustomFetchOptions<string, URLSearchParams | undefined>,
    ) => runtime.ports.fetch(url, body === undefined ? init : { ...init, body }),
    [oauth.allowInsecureRequests]: issuer.protocol === 'http:',
    signal: () => AbortSignal.timeout(10_000),
  }
  const client: oauth.Client = { client_id: sso_client_id }
  const auth = sso_client_secret === undefined ? oauth.None() : oauth.ClientSecretBasic(sso_client_secret)
  return { server: await discover(runtime, issuer, options), client, options, auth }
}

async function discover(
  runtime: Runtime,
  issuer: URL,
  options: oauth.DiscoveryRequestOptions,
): Promise<oauth.AuthorizationServer> {
  const memory = runtime.use(discovered)
  const now = runtime.now().getTime()
  if (memory.provider && now - memory.provider.readAt < DISCOVERY_MS) return memory.provider.server
  try {
    const response = await oauth.discoveryRequest(issuer, { ...options, algorithm: 'oidc' })
    const server = await oauth.processDiscoveryResponse(issuer, response)
    memory.provider = { server, readAt: now }
    return server
  } catch (cause) {
    throw new Fault('unavailable', 'The provider to sign in with cannot be reached; try again.', { cause })
  }
}

function unusable(): Fault {
  return new Fault('unavailable', 'The provider to sign in with has no authorization endpoint.')
}
