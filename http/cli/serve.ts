import type { Command } from 'commander'
import { loadSettings, type Settings } from '#core/kernel/config'
import { createLog } from '../log.ts'
import { startServer, type RunningServer } from '../serve.ts'
import { announcement } from './announce.ts'
import { define } from './define.ts'
import { saveAgentKey, saveApiKey } from './save-keys.ts'
import { dataDirOf, publishServer } from './server-file.ts'
import { say, sayJson } from './terminal.ts'

export interface ServeOptions {
  readonly host?: string
  readonly port?: string
  readonly data?: string
  readonly databaseUrl?: string
  readonly logLevel?: string
  readonly saveKey?: boolean
  readonly json?: boolean
}

export function addServe(program: Command): void {
  withDatabase(define(program, 'serve', { summary: 'Start the server.', example: 'serve --port 3000' }))
    .option('--host <address>', 'address to listen on (WRIT_HOST)')
    .option('--port <number>', 'port to listen on (WRIT_PORT)')
    .option('--log-level <level>', 'trace, debug, info, warn, error, fatal or silent (WRIT_LOG_LEVEL)')
    .option('--save-key', 'on the first start, keep both keys in the home directory, readable for you alone')
    .action(serve)
}

export function withDatabase(command: Command): Command {
  return command
    .option('--data <directory>', 'directory of the embedded database (WRIT_DATA_DIR)')
    .option('--database-url <url>', 'PostgreSQL instead of the embedded database (WRIT_DATABASE_URL)')
}

export function serverSettings(options: ServeOptions): Settings {
  const { host, port, data, databaseUrl, logLevel } = options
  return loadSettings({ flags: { host, port, data_dir: data, database_url: databaseUrl, log_level: logLevel } })
}

async function serve(options: ServeOptions): Promise<void> {
  const settings = serverSettings(options)
  const server = await startOn(settings, true)
  if (options.saveKey) saveKeys(settings, server)
  const presetAdmin = settings.admin_key !== undefined
  const data = whereData(settings)
  if (options.json) return sayJson(summaryOf(server, data))
  const program = process.env['npm_lifecycle_event'] === undefined ? 'writ' : 'npm run writ --'
  say(announcement({ server, data, presetAdmin, saved: options.saveKey === true, program }))
}

/** The whole server with its MCP end, known to other programs of this user. */
export async function startOn(settings: Settings, signals: boolean): Promise<RunningServer> {
  const log = createLog(settings.log_level)
  const server = await startServer({ settings, log, signals })
  publishServer(settings, server.url)
  return server
}

export function saveKeys(settings: Settings, { first }: RunningServer): void {
  if (first === null) return
  saveApiKey(settings, first.admin.secret)
  saveAgentKey(settings, first.agent.secret)
}

function whereData(settings: Settings): string {
  if (settings.database_url === undefined) return `${dataDirOf(settings)} (embedded database)`
  const { host, pathname } = new URL(settings.database_url)
  return `PostgreSQL ${host}${pathname}`
}

function summaryOf({ url, first }: RunningServer, data: string): object {
  const keys = first === null ? null : { admin: first.admin.secret, agent: first.agent.secret }
  return { url, mcp_url: `${url}/mcp`, data, pid: process.pid, first_keys: keys }
}
