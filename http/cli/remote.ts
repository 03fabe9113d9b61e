import { loadSettings, type Settings } from '#core/kernel/config'
import { Connection } from '../client/index.ts'
import type { RemoteOptions } from './define.ts'
import { CliError } from './failure.ts'
import { readLogins } from './login-file.ts'
import { runningServer } from './server-file.ts'
import { program } from './terminal.ts'

/** The server and key that the command line, the environment, or the config file name. */
export function connect(options: RemoteOptions): Connection {
  const settings = remoteSettings(options)
  const url = serverUrl(settings)
  // A key in the config file may be an older one of somebody's; who signed in did so on purpose.
  const given = options.apiKey ?? process.env['WRIT_API_KEY']
  if (!given && url in readLogins(settings)) return new Connection({ baseUrl: url, fetch: asPerson(settings, url) })
  if (settings.api_key === undefined) {
    throw new CliError(
      `No API key. Sign in with "${program()} login", or set WRIT_API_KEY to the admin key that the first start printed, or give --api-key. Where every key is lost: end the server, and ${program()} keys create <name> --role admin --local`,
    )
  }
  return new Connection({ baseUrl: url, apiKey: settings.api_key, authToken: settings.auth_token })
}

export function remoteSettings({ server, apiKey, authToken }: RemoteOptions): Settings {
  return loadSettings({ flags: { url: server, api_key: apiKey, auth_token: authToken } })
}

/** A fetch with the person's own token, renewed when it runs out. */
function asPerson(settings: Settings, url: string): typeof fetch {
  return async (input, init) => {
    const { accessToken } = await import('./login-token.ts')
    const headers = new Headers(init?.headers)
    headers.set('Authorization', `Bearer ${await accessToken(settings, url)}`)
    return fetch(input, { ...init, headers })
  }
}

/**
 * What is named; else the server that runs on this user's data; else the one they signed in to; else where
 * one would be.
 */
export function serverUrl(settings: Settings): string {
  const url = settings.url ?? runningServer(settings)?.url
  if (url !== undefined) return url.replace(/\/+$/, '')
  const [only, ...others] = Object.keys(readLogins(settings))
  return only !== undefined && others.length === 0 ? only : `http://${settings.host}:${settings.port}`
}
