import * as oauth from 'oauth4webapi'
import type { Settings } from '#core/kernel/config'
import { CliError } from './failure.ts'
import { readLogins, withLoginLock, writeLogin, type Login } from './login-file.ts'
import { program } from './terminal.ts'

export const client: oauth.Client = { client_id: 'writ-cli' }
export const authentication = oauth.None()
/** What a token may have left and still be taken for one that ends on the way. */
const MARGIN_MS = 20_000
const LOOPBACK = ['127.0.0.1', '[::1]', 'localhost']

/** A token of the person's that is good now. Of several processes one renews it, the others wait for that. */
export async function accessToken(settings: Settings, url: string): Promise<string> {
  const isFresh = ({ expires_at }: Login): boolean => expires_at - MARGIN_MS > Date.now()
  const known = readLogins(settings)[url]
  if (known && isFresh(known)) return known.access_token
  return withLoginLock(settings, async () => {
    const login = readLogins(settings)[url]
    if (!login) throw ended(url)
    if (isFresh(login)) return login.access_token
    const { as, options } = await discover(url)
    const response = await oauth.refreshTokenGrantRequest(as, client, authentication, login.refresh_token, options)
    try {
      const renewed = loginFrom(await oauth.processRefreshTokenResponse(as, client, response))
      writeLogin(settings, url, renewed)
      return renewed.access_token
    } catch (thrown) {
      if (!(thrown instanceof oauth.ResponseBodyError)) throw thrown
      writeLogin(settings, url, null)
      throw ended(url)
    }
  })
}

function ended(url: string): CliError {
  return new CliError(`Your sign-in to ${url} has ended. Run: ${program()} login ${url}`)
}

/** The authorization server at this address, and what its requests need. */
export async function discover(url: string): Promise<{ as: oauth.AuthorizationServer; options: object }> {
  const issuer = new URL(url)
  const plain = issuer.protocol === 'http:'
  if (plain && !LOOPBACK.includes(issuer.hostname)) {
    throw new CliError(`${url}: signing in needs https, except on this machine.`)
  }
  const options = plain ? { [oauth.allowInsecureRequests]: true } : {}
  try {
    const response = await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...options })
    return { as: await oauth.processDiscoveryResponse(issuer, response), options }
  } catch (thrown) {
    if (thrown instanceof oauth.OperationProcessingError) {
      throw new CliError(`${url} is not the address under which this server issues tokens; use the published one.`)
    }
    throw new CliError(`Writ cannot be reached at ${url}. Start it with "${program()} serve", or name where it runs.`)
  }
}

export function loginFrom({ access_token, refresh_token, expires_in }: oauth.TokenEndpointResponse): Login {
  if (refresh_token === undefined) throw new CliError('The server gave no refresh token.')
  return { access_token, refresh_token, expires_at: Date.now() + (expires_in ?? 0) * 1000 }
}
