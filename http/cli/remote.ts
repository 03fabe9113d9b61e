import { loadSettings, type Settings } from '#core/kernel/config'
import { Connection } from '../client/index.ts'
import type { RemoteOptions } from './define.ts'
import { CliError } from './failure.ts'
import { runningServer } from './server-file.ts'
import { program } from './terminal.ts'

/** The server and key that the command line, the environment, or the config file name. */
export function connect(options: RemoteOptions): Connection {
  const settings = remoteSettings(options)
  if (settings.api_key === undefined) {
    throw new CliError(
      `No API key. Set WRIT_API_KEY to the admin key that the first start printed, or give --api-key. Where every key is lost: end the server, and ${program()} keys create <name> --role admin --local`,
    )
  }
  return new Connection({ baseUrl: serverUrl(settings), apiKey: settings.api_key, authToken: settings.auth_token })
}

export function remoteSettings({ server, apiKey, authToken }: RemoteOptions): Settings {
  return loadSettings({ flags: { url: server, api_key: apiKey, auth_token: authToken } })
}

/** What is named; else the server that runs on this user's data; else where one would be. */
export function serverUrl(settings: Settings): string {
  return settings.url ?? runningServer(settings)?.url ?? `http://${settings.host}:${settings.port}`
}
