import { addressOf } from '../auth.ts'
import { errors, type Configuration, type KoaContextWithOIDC } from 'oidc-provider'
import { newId } from '#core/kernel/id'
import type { Scope } from '#core/kernel/scope'
import { limitDocumentFetch } from './flood.ts'
import { audienceOf, resourcesOf } from './metadata.ts'
import { ACCESS_TOKEN_SECONDS, type ProviderSetup } from './setup.ts'
import { metadataProblem } from './registration.rules.ts'
import { CLI_CLIENT, cliScopes } from './scopes.rules.ts'

/** What of the library is on. Whatever is not named in the README of this folder is off. */
export function features({ runtime, base, grantable }: ProviderSetup): NonNullable<Configuration['features']> {
  const mine = { allowedPolicy: ofOwnToken }
  return {
    devInteractions: { enabled: false },
    dPoP: { enabled: false },
    pushedAuthorizationRequests: { enabled: false },
    rpInitiatedLogout: { enabled: false },
    userinfo: { enabled: false },
    revocation: { enabled: true, ...mine },
    introspection: { enabled: true, ...mine },
    deviceFlow: {
      enabled: true,
      deviceInfo: (ctx) => ({ ip: addressOf(ctx.req), ua: ctx.get('user-agent').slice(0, 256) }),
    },
    registration: { enabled: true, idFactory: () => newId('cli'), issueRegistrationAccessToken: false },
    clientIdMetadataDocument: {
      enabled: runtime.settings.client_documents === 'on',
      ack: 'draft-02',
      cacheDuration: { min: 60, max: 3600 },
      allowFetch: (ctx) => limitDocumentFetch(runtime, ctx.req),
      allowClient: (_ctx, client) => metadataProblem(client.metadata()) === undefined,
    },
    resourceIndicators: {
      enabled: true,
      defaultResource: (_ctx, _client, oneOf) =>
        oneOf === undefined ? audienceOf(base) : (oneOf[0] ?? audienceOf(base)),
      useGrantedResource: () => Promise.resolve(true),
      getResourceServerInfo: (ctx, resource, client) => {
        if (!resourcesOf(base).includes(resource))
          throw new errors.InvalidTarget('this server protects its own MCP address only')
        const scopes = client.clientId === CLI_CLIENT ? cliScopes : grantable
        fillInScope(ctx, scopes)
        return {
          scope: scopes.join(' '),
          audience: audienceOf(base),
          accessTokenFormat: 'jwt',
          accessTokenTTL: ACCESS_TOKEN_SECONDS,
          jwt: { sign: { alg: 'ES256' } },
        }
      },
    },
  }
}

/** RFC 6749, section 3.3: a request without a scope gets the default. Here, because here the client is known. */
function fillInScope({ oidc }: KoaContextWithOIDC, scopes: readonly Scope[]): void {
  if (oidc.route !== 'authorization' && oidc.route !== 'device_authorization') return
  if (oidc.params) oidc.params['scope'] ??= scopes.join(' ')
}

/** A client learns and ends what is its own. */
function ofOwnToken(_ctx: unknown, client: { clientId: string }, token: { clientId?: string | undefined }): boolean {
  return token.clientId === client.clientId
}
