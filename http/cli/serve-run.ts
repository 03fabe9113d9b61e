import { loadSettings, type Settings } from '#core/kernel/config'
import { createLog } from '../log.ts'
import { startServer, type RunningServer } from '../serve.ts'
import { announcement } from './announce.ts'
import { serverUrl } from './remote.ts'
import { saveAgentKey, saveApiKey } from './save-keys.ts'
import { serverSettings, type ServeOptions } from './serve-options.ts'
import { dataDirOf, publishServer } from './server-file.ts'
import { say } from './terminal.ts'

export async function serve(options: ServeOptions): Promise<void> {
  const settings = serverSettings(options)
  const server = await startOn(settings, true)
  if (options.saveKey) saveKeys(settings, server)
  const presetAdmin = settings.admin_key !== undefined
  const data = whereData(settings)
  if (options.json) return say(JSON.stringify(summaryOf(server, data)))
  const isFound = serverUrl(loadSettings()) === server.url
  say(announcement({ server, data, presetAdmin, saved: options.saveKey === true, isFound }))
}

/** The whole server with its MCP end, known to other programs of this user. */
export async function startOn(settings: Settings, signals: boolean): Promise<RunningServer> {
  const log = createLog(settings.log_level)
  const server = await startServer({ settings, log, signals })
  publishServer(settings, server.url)
  return server
}

function saveKeys(settings: Settings, { first }: RunningServer): void {
  if (first === null) return
  saveApiKey(settings, first.admin.secret)
  saveAgentKey(settings, first.agent.secret)
}

function whereData(settings: Settings): string {
  if (settings.database_url === undefined) return `${dataDirOf(settings)} (embedded database)`
  const { host, pathname } = new URL(settings.database_url)
  return `PostgreSQL ${host}${pathname}`
}

function summaryOf({ url, first, setupUrl }: RunningServer, data: string): object {
  const keys = first === null ? null : { admin: first.admin.secret, agent: first.agent.secret }
  return { url, mcp_url: `${url}/mcp`, data, pid: process.pid, setup_url: setupUrl, first_keys: keys }
}
