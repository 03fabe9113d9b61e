import { timingSafeEqual } from 'node:crypto'
import { EventEmitter } from 'node:events'
import { errors, interactionPolicy, Provider, type Configuration } from 'oidc-provider'
import { findPerson, findUsableGrant, GRANT_DAYS, keepRecord } from '#core/grants/index'
import type { Runtime } from '#core/kernel/runtime'
import { CLIENT_DAYS, hashedClientSecret, RecordAdapter } from './adapter.ts'
import { features } from './features.ts'
import { clientAuthMethods, oauthPaths } from './metadata.ts'
import { isRedirectAllowed } from './redirect.rules.ts'
import { DEVICE_GRANT } from './registration.rules.ts'
import { renderError } from './render-error.ts'
import { CLI_CLIENT } from './scopes.rules.ts'
import {
  ACCESS_TOKEN_SECONDS,
  DEVICE_CODE_SECONDS,
  INTERACTION_SECONDS,
  REFRESH_TOKEN_SECONDS,
  type ProviderSetup,
} from './setup.ts'

/** The library, configured to do one thing: codes with PKCE and device codes in, JWT access tokens out. */
export function createProvider(setup: ProviderSetup): Provider {
  const { runtime, base } = setup
  const provider = new Provider(base, configuration(setup))
  // Who terminates TLS is not known here, but the address is: the listener says both in these headers.
  provider.proxy = true
  const client = provider.Client.prototype as unknown as OpenClient
  client.redirectUriAllowed = function (given) {
    return isRedirectAllowed(given, this.redirectUris ?? [])
  }
  client.compareClientSecret = function (given) {
    const [a, b] = [hashedClientSecret(given), this.clientSecret ?? ''].map((text) => Buffer.from(text))
    return Promise.resolve(a !== undefined && b !== undefined && a.length === b.length && timingSafeEqual(a, b))
  }
  // What a client says it will ask for binds nobody: it is told what it can have when it asks.
  const { Schema } = provider.Client as unknown as { readonly Schema: { readonly prototype: OpenSchema } }
  Schema.prototype.scopes = function () {
    delete this.scope
  }
  provider.on('server_error', (_ctx, error) => runtime.log.error({ err: error }, 'the authorization server failed'))
  // Told of what the library itself could not answer.
  EventEmitter.prototype.on.call(provider, 'error', (error: unknown) =>
    runtime.log.warn({ err: error }, 'the authorization server could not answer'),
  )
  return provider
}

interface OpenSchema {
  scope?: string
  scopes(this: OpenSchema): void
}

interface OpenClient {
  readonly redirectUris?: readonly string[]
  readonly clientSecret?: string
  redirectUriAllowed(this: OpenClient, given: string): boolean
  compareClientSecret(this: OpenClient, given: string): Promise<boolean>
}

const lifetimes = {
  AccessToken: ACCESS_TOKEN_SECONDS,
  AuthorizationCode: 60,
  DeviceCode: DEVICE_CODE_SECONDS,
  Grant: GRANT_DAYS * 86_400,
  Interaction: INTERACTION_SECONDS,
  RefreshToken: REFRESH_TOKEN_SECONDS,
  Session: INTERACTION_SECONDS,
}

function configuration(setup: ProviderSetup): Configuration {
  const { runtime, base, keys } = setup
  const secure = base.startsWith('https:')
  const cookie = { httpOnly: true, sameSite: 'lax', secure, signed: false } as const
  const name = (what: string): string => `${secure ? '__Secure-' : ''}writ_oauth_${what}`
  return {
    adapter: (model) => new RecordAdapter(runtime, model, base),
    jwks: { keys: keys.map(({ jwk }) => ({ ...jwk })) as unknown as NonNullable<Configuration['jwks']>['keys'] },
    clients: [cliClient],
    clientDefaults: {
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      id_token_signed_response_alg: 'ES256',
    },
    clientAuthMethods: [...clientAuthMethods],
    responseTypes: ['code'],
    scopes: [],
    pkce: { required: () => true },
    routes: oauthPaths,
    cookies: {
      names: { session: name('session'), interaction: name('interaction'), resume: name('resume') },
      long: cookie,
      short: cookie,
    },
    enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
    fetch: (url, options) => outside(runtime, url, options),
    features: features(setup),
    findAccount: async (_ctx, id) => {
      const person = await findPerson(runtime.db, id)
      return person && { accountId: id, claims: () => Promise.resolve({ sub: id }) }
    },
    interactions: { policy: policy(), url: (_ctx, { uid }) => `${base}/oauth/interaction/${uid}?page=1` },
    clientBasedCORS: (_ctx, origin) =>
      (runtime.settings.cors_origins ?? '').split(',').some((one) => one.trim() === origin),
    // Nothing hangs on a session of the provider's: there is none.
    expiresWithSession: () => Promise.resolve(false),
    loadExistingGrant: async (ctx) => {
      const consent = ctx.oidc.result?.consent
      return consent?.grantId === undefined ? undefined : ctx.oidc.provider.Grant.find(consent.grantId)
    },
    issueRefreshToken: (_ctx, client) => Promise.resolve(client.grantTypeAllowed('refresh_token')),
    rotateRefreshToken: true,
    extraTokenClaims: (_ctx, token) => claimsOf(runtime, token),
    renderError,
    ttl: lifetimes,
  }
}

const cliClient = {
  client_id: CLI_CLIENT,
  client_name: 'Writ command line',
  application_type: 'native',
  token_endpoint_auth_method: 'none',
  grant_types: ['authorization_code', 'refresh_token', DEVICE_GRANT],
  response_types: ['code'],
  redirect_uris: ['http://127.0.0.1/callback', 'http://[::1]/callback', 'http://localhost/callback'],
} as const satisfies object as unknown as NonNullable<Configuration['clients']>[number]

/** Every request is put before a person, each time: neither a session nor an earlier grant answers for them. */
function policy(): interactionPolicy.DefaultPolicy {
  const { Check, Prompt, base } = interactionPolicy
  const checks = base()
  checks.clear()
  const unasked = (reason: 'login' | 'consent'): interactionPolicy.Check =>
    new Check(`no_${reason}`, 'a person has to be asked', 'interaction_required', ({ oidc }) => !oidc.result?.[reason])
  checks.add(new Prompt({ name: 'login', requestable: true }, unasked('login')))
  checks.add(new Prompt({ name: 'consent', requestable: true }, unasked('consent')))
  return checks
}

/** Names the grant in the token. Nothing is issued for one that has ended, whatever the provider remembers. */
async function claimsOf(runtime: Runtime, token: object): Promise<Record<string, string>> {
  const { grantId, clientId } = token as { grantId?: string; clientId?: string }
  const now = runtime.now()
  const grant = grantId === undefined ? undefined : await findUsableGrant(runtime.db, grantId, now)
  if (!grant || grantId === undefined) throw new errors.InvalidGrant('the grant has ended')
  if (clientId?.startsWith('cli_')) {
    await keepRecord(runtime.db, 'Client', clientId, new Date(now.getTime() + CLIENT_DAYS * 86_400_000))
  }
  return { grant_id: grantId, org_id: grant.org_id }
}

/** The provider brings a dispatcher of its own, which leans on the runtime's insides; ours checks and pins addresses. */
export function outside(runtime: Runtime, url: string | URL | Request, options: RequestInit = {}): Promise<Response> {
  const { method = 'GET', headers, body, redirect = 'manual', signal } = options
  const init = {
    method,
    redirect,
    ...(headers ? { headers } : {}),
    ...(body ? { body } : {}),
    ...(signal ? { signal } : {}),
  }
  return runtime.ports.fetch(url, init)
}
