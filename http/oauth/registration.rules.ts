import { redirectProblem } from './redirect.rules.ts'

export const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code'

const MAX_NAME = 128
const MAX_TEXT = 1024
const MAX_FIELDS = 40
const AUTH_METHODS: ReadonlySet<unknown> = new Set([undefined, 'none', 'client_secret_basic', 'client_secret_post'])
const GRANT_TYPES: ReadonlySet<unknown> = new Set(['authorization_code', 'refresh_token'])

export interface MetadataProblem {
  readonly error: 'invalid_client_metadata' | 'invalid_redirect_uri'
  readonly description: string
}

/**
 * What is wrong with the metadata of a client that presents itself, whether it registers or its document was fetched.
 * The provider checks that it is sound OAuth; this, that it is small and asks for nothing that is not offered.
 */
export function metadataProblem(metadata: Readonly<Record<string, unknown>>): MetadataProblem | undefined {
  const description = fieldProblem(metadata)
  if (description !== undefined) return { error: 'invalid_client_metadata', description }
  const redirect = redirectProblem(metadata['redirect_uris'])
  return redirect === undefined ? undefined : { error: 'invalid_redirect_uri', description: redirect }
}

function fieldProblem(metadata: Readonly<Record<string, unknown>>): string | undefined {
  const fields = Object.entries(metadata)
  if (fields.length > MAX_FIELDS) return `at most ${MAX_FIELDS} fields`
  const long = fields.find(([name, value]) => name !== 'redirect_uris' && !isShort(value))
  if (long) return `${long[0].slice(0, 64)} is too long`
  const name = metadata['client_name']
  if (name !== undefined && (typeof name !== 'string' || name.length > MAX_NAME || /\p{C}/u.test(name))) {
    return `client_name must be a text of at most ${MAX_NAME} printable characters`
  }
  const types = metadata['grant_types'] ?? ['authorization_code']
  if (!Array.isArray(types) || !types.every((type) => GRANT_TYPES.has(type))) {
    return 'grant_types: authorization_code and refresh_token are offered'
  }
  if (!AUTH_METHODS.has(metadata['token_endpoint_auth_method'])) {
    return 'token_endpoint_auth_method: none, client_secret_basic and client_secret_post are offered'
  }
  return undefined
}

function isShort(value: unknown): boolean {
  return (JSON.stringify(value) ?? '').length <= MAX_TEXT
}

/** An agent id from a client's name: "Claude Code (writ)" acts as `claude-code`. */
export function suggestedAgentId(name: string): string {
  const slug = name
    .replaceAll(/\([^)]*\)/g, ' ')
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 64)
  return slug === '' ? 'agent' : slug
}
