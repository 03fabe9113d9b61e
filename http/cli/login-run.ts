import * as oauth from 'oauth4webapi'
import type { Settings } from '#core/kernel/config'
import { CliError } from './failure.ts'
import { readLogins, withLoginLock, writeLogin, type Login } from './login-file.ts'
import { remoteSettings, serverUrl } from './remote.ts'
import { program } from './terminal.ts'

const client: oauth.Client = { client_id: 'writ-cli' }
const authentication = oauth.None()
/** What a token may have left and still be taken for one that ends on the way. */
const MARGIN_MS = 20_000
const LOOPBACK = ['127.0.0.1', '[::1]', 'localhost']

export interface Shown {
  readonly uri: string
  readonly code: string
}

/** Signs a person in by a code that they type in a browser; answers the address of the server. */
export async function signIn(given: string | undefined, show: (shown: Shown) => void): Promise<string> {
  const settings = remoteSettings({ ...(given === undefined ? {} : { server: given }) })
  const url = serverUrl(settings)
  const { as, options } = await discover(url)
  const started = await oauth.deviceAuthorizationRequest(as, client, authentication, new URLSearchParams(), options)
  const device = await oauth.processDeviceAuthorizationResponse(as, client, started)
  show({ uri: device.verification_uri_complete ?? device.verification_uri, code: device.user_code })
  const until = Date.now() + device.expires_in * 1000
  for (let seconds = device.interval ?? 5; ;) {
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
    try {
      const response = await oauth.deviceCodeGrantRequest(as, client, authentication, device.device_code, options)
      const login = loginFrom(await oauth.processDeviceCodeResponse(as, client, response))
      await withLoginLock(settings, () => Promise.resolve(writeLogin(settings, url, login)))
      return url
    } catch (thrown) {
      if (!(thrown instanceof oauth.ResponseBodyError)) throw thrown
      if (thrown.error === 'access_denied') throw new CliError('This was not allowed in the browser.')
      if (thrown.error === 'slow_down') seconds += 5
      else if (thrown.error !== 'authorization_pending') throw new CliError('The code has run out; start again.')
    }
    if (Date.now() > until) throw new CliError('Nobody typed the code in time; start again.')
  }
}

/** Ends a sign-in; answers the address of the server. */
export async function signOut(given: string | undefined): Promise<string> {
  const settings = remoteSettings({ ...(given === undefined ? {} : { server: given }) })
  const url = serverUrl(settings)
  return withLoginLock(settings, async () => {
    const login = readLogins(settings)[url]
    if (!login) throw new CliError(`You are not signed in to ${url}.`)
    const { as, options } = await discover(url)
    const response = await oauth.revocationRequest(as, client, authentication, login.refresh_token, options)
    await oauth.processRevocationResponse(response)
    writeLogin(settings, url, null)
    return url
  })
}

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

async function discover(url: string): Promise<{ as: oauth.AuthorizationServer; options: object }> {
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

function loginFrom({ access_token, refresh_token, expires_in }: oauth.TokenEndpointResponse): Login {
  if (refresh_token === undefined) throw new CliError('The server gave no refresh token.')
  return { access_token, refresh_token, expires_at: Date.now() + (expires_in ?? 0) * 1000 }
}
