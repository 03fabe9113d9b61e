import type { Settings } from '#core/kernel/config'
import { CliError } from './failure.ts'
import { savedAgentKey } from './save-keys.ts'

/** A server and the key that agents speak to it with. */
export interface Target {
  readonly url: string
  readonly apiKey: string
  close(): Promise<void>
}

/** The key in the config file is the person's own, so it is the last choice: with it an agent could approve itself. */
export async function agentTarget(settings: Settings, given: string | undefined): Promise<Target> {
  if (settings.url === undefined) {
    // A whole server, which is not needed where one is named.
    const { LocalServer } = await import('./local-server.ts')
    const local = await LocalServer.open(settings, given)
    return { url: local.url, apiKey: local.apiKey, close: () => local.close() }
  }
  const apiKey = given ?? savedAgentKey(settings) ?? settings.api_key
  if (!apiKey) throw new CliError(`Set WRIT_API_KEY to an agent key of ${settings.url}.`)
  return { url: settings.url, apiKey, close: () => Promise.resolve() }
}
