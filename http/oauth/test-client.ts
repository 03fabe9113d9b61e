import { createHash, randomBytes } from 'node:crypto'
import { TestBrowser } from './test-browser.ts'
import type { OAuthTestServer, SignedIn } from './test-oauth.ts'

export interface Tokens {
  readonly access_token: string
  readonly refresh_token: string
  readonly token_type: string
  readonly expires_in: number
  readonly scope: string
}

export interface TokenAnswer {
  readonly status: number
  readonly body: Partial<Tokens> & { readonly error?: string; readonly error_description?: string }
}

export interface CodeGrant {
  readonly code: string
  readonly verifier: string
  readonly redirect: URL
}

export const REDIRECT = 'http://127.0.0.1:7777/callback'

export const challengeOf = (verifier: string): string => createHash('sha256').update(verifier).digest('base64url')

/** A client as its authors would write one without a library, so that every parameter can be wrong. */
export class RawClient {
  readonly server: Pick<OAuthTestServer, 'url'>
  readonly id: string
  readonly redirect: string

  constructor(server: Pick<OAuthTestServer, 'url'>, id: string, redirect = REDIRECT) {
    this.server = server
    this.id = id
    this.redirect = redirect
  }

  static async register(server: Pick<OAuthTestServer, 'url'>, metadata: object = {}): Promise<RawClient> {
    const { status, body } = await register(server, metadata)
    if (status !== 201) throw new Error(`${status} ${JSON.stringify(body)}`)
    const [redirect] = body['redirect_uris'] as readonly string[]
    return new RawClient(server, String(body['client_id']), redirect)
  }

  url(changes: Record<string, string | undefined> = {}): string {
    const given = {
      client_id: this.id,
      response_type: 'code',
      redirect_uri: this.redirect,
      state: 'st&te=1',
      code_challenge_method: 'S256',
      code_challenge: challengeOf('v'.repeat(43)),
      resource: `${this.server.url}/mcp`,
      ...changes,
    }
    const sent = Object.entries(given).filter((pair): pair is [string, string] => pair[1] !== undefined)
    return `${this.server.url}/oauth/authorize?${new URLSearchParams(sent).toString()}`
  }

  /** A code for this client, by a person who agrees. */
  async code(person: SignedIn, changes: Record<string, string | undefined> = {}, decision = {}): Promise<CodeGrant> {
    const verifier = randomBytes(32).toString('base64url')
    const url = this.url({ code_challenge: challengeOf(verifier), ...changes })
    const redirect = await new TestBrowser(this.server.url, person).allow(url, decision)
    return { code: redirect.searchParams.get('code') ?? '', verifier, redirect }
  }

  async tokens(person: SignedIn, changes: Record<string, string | undefined> = {}, decision = {}): Promise<Tokens> {
    const { status, body } = await this.redeem(await this.code(person, changes, decision))
    if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`)
    return body as Tokens
  }

  redeem({ code, verifier }: CodeGrant, changes: Record<string, string | undefined> = {}): Promise<TokenAnswer> {
    const given = { grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: this.redirect }
    return this.post('/oauth/token', { ...given, ...changes })
  }

  refresh(refresh_token: string, changes: Record<string, string | undefined> = {}): Promise<TokenAnswer> {
    return this.post('/oauth/token', { grant_type: 'refresh_token', refresh_token, ...changes })
  }

  async post(path: string, fields: Record<string, string | undefined>): Promise<TokenAnswer> {
    const given = { client_id: this.id, ...fields }
    const sent = Object.entries(given).filter((pair): pair is [string, string] => pair[1] !== undefined)
    const response = await fetch(this.server.url + path, { method: 'POST', body: new URLSearchParams(sent) })
    const text = await response.text()
    return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as TokenAnswer['body'] }
  }
}

export async function register(
  server: Pick<OAuthTestServer, 'url'>,
  metadata: object = {},
): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${server.url}/oauth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_name: 'Raw client',
      redirect_uris: [REDIRECT],
      token_endpoint_auth_method: 'none',
      ...metadata,
    }),
  })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

/** One call of the guard with a token. */
export async function guardWith(
  url: string,
  token: string,
  body: object = {},
): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${url}/api/guard`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ action_type: 'review', declared_goal: 'Look around', ...body }),
  })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

/** A figure that the tests establish, where whoever runs them reads it. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

/**
 * Runs a race for something that is given out once, until somebody wins it. At most one may; it is none when a loser's
 * second use was seen before the winner had its tokens, as that ends the grant.
 */
export async function oneWinner(race: () => Promise<readonly TokenAnswer[]>): Promise<TokenAnswer> {
  for (let rounds = 0; rounds < 20; rounds += 1) {
    const answers = await race()
    const lost = answers.filter(({ status }) => status !== 200)
    const [winner, ...others] = answers.filter(({ status }) => status === 200)
    if (others.length > 0) throw new Error(`${others.length + 1} of ${answers.length} won`)
    const odd = lost.find(({ body }) => body.error !== 'invalid_grant')
    if (odd) throw new Error(`lost with ${odd.status} ${odd.body.error}, not invalid_grant`)
    if (winner) return winner
  }
  throw new Error('nobody ever won')
}
