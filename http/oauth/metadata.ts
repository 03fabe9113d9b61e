import type { Scope } from '#core/kernel/scope'

/** What a token is for, whichever of the two addresses of MCP the client was given. */
export const resourcesOf = (base: string): readonly string[] => [`${base}/mcp`, `${base}/api/mcp`]

export const audienceOf = (base: string): string => `${base}/mcp`

export const resourceMetadataUrl = (base: string): string => `${base}/.well-known/oauth-protected-resource/mcp`

export const oauthPaths = {
  authorization: '/oauth/authorize',
  token: '/oauth/token',
  registration: '/oauth/register',
  revocation: '/oauth/revoke',
  introspection: '/oauth/introspect',
  jwks: '/oauth/jwks',
  device_authorization: '/oauth/device_authorization',
  /** The page where a code is typed; the server itself answers nothing there. */
  code_verification: '/device',
} as const

export const clientAuthMethods = ['none', 'client_secret_basic', 'client_secret_post'] as const

export interface Described {
  readonly base: string
  readonly scopes: readonly Scope[]
  /** Clients take the road of a document wherever it is offered, and do not try the other when it fails. */
  readonly clientDocuments: boolean
}

/** RFC 8414. Written here and not by the provider, because it is served at more paths than the provider knows. */
function serverMetadata({ base, scopes, clientDocuments }: Described): object {
  return {
    issuer: base,
    authorization_endpoint: base + oauthPaths.authorization,
    token_endpoint: base + oauthPaths.token,
    registration_endpoint: base + oauthPaths.registration,
    revocation_endpoint: base + oauthPaths.revocation,
    introspection_endpoint: base + oauthPaths.introspection,
    device_authorization_endpoint: base + oauthPaths.device_authorization,
    jwks_uri: base + oauthPaths.jwks,
    scopes_supported: scopes,
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
    token_endpoint_auth_methods_supported: clientAuthMethods,
    revocation_endpoint_auth_methods_supported: clientAuthMethods,
    introspection_endpoint_auth_methods_supported: clientAuthMethods,
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
    client_id_metadata_document_supported: clientDocuments,
    protected_resources: resourcesOf(base),
    // Asked for by readers of the OpenID document; no ID token is issued.
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['ES256'],
  }
}

/** RFC 9728. */
function resourceMetadata(base: string, resource: string, scopes: readonly Scope[]): object {
  return {
    resource,
    authorization_servers: [base],
    scopes_supported: scopes,
    bearer_methods_supported: ['header'],
    resource_name: 'Writ',
  }
}

/** Every path at which clients look, with its document as text. None redirects. */
export function metadataDocuments(described: Described): ReadonlyMap<string, string> {
  const { base, scopes } = described
  const server = JSON.stringify(serverMetadata(described))
  const ofMcp = JSON.stringify(resourceMetadata(base, `${base}/mcp`, scopes))
  const ofAlias = JSON.stringify(resourceMetadata(base, `${base}/api/mcp`, scopes))
  const suffixes = ['', '/mcp', '/api/mcp']
  return new Map([
    ['/.well-known/oauth-protected-resource', ofMcp],
    ['/.well-known/oauth-protected-resource/mcp', ofMcp],
    ['/.well-known/oauth-protected-resource/api/mcp', ofAlias],
    ['/api/oauth/metadata/protected-resource', ofMcp],
    ['/api/oauth/metadata/authorization-server', server],
    ...suffixes.map((suffix) => [`/.well-known/oauth-authorization-server${suffix}`, server] as const),
    ...suffixes.map((suffix) => [`/.well-known/openid-configuration${suffix}`, server] as const),
    ['/mcp/.well-known/openid-configuration', server],
    ['/mcp/.well-known/oauth-authorization-server', server],
  ])
}
