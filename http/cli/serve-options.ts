import type { Command } from 'commander'
import { loadSettings, type Settings } from '#core/kernel/config'

export interface ServeOptions {
  readonly host?: string
  readonly port?: string
  readonly data?: string
  readonly databaseUrl?: string
  readonly logLevel?: string
  readonly saveKey?: boolean
  readonly json?: boolean
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
