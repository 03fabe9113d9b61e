import * as oauth from 'oauth4webapi'
import { CliError } from './failure.ts'
import { readLogins, withLoginLock, writeLogin } from './login-file.ts'
import { authentication, client, discover, loginFrom } from './login-token.ts'
import { remoteSettings, serverUrl } from './remote.ts'

export interface Shown {
  readonly uri: string
  readonly code: string
}

/** Signs a person in by a code that they type in a browser; answers the address of the server. */
export async function signIn(given: string | undefined, show: (shown: Shown) => void): Promise<string> {
  const settings = remoteSettings(given === undefined ? {} : { server: given })
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
  const settings = remoteSettings(given === undefined ? {} : { server: given })
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
