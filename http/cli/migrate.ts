import type { Command } from 'commander'
import { define } from './define.ts'
import { dataDirOf } from './server-file.ts'
import { serverSettings, withDatabase, type ServeOptions } from './serve-options.ts'
import { say, sayJson } from './terminal.ts'

export function addMigrate(program: Command): void {
  const summary = 'Bring the schema of the database up to date, apart from a start of the server.'
  withDatabase(
    define(program, 'migrate', { summary, example: 'migrate --database-url postgres://writ@db/writ' }),
  ).action(run)
}

async function run(options: ServeOptions): Promise<void> {
  const { migrate, openDatabase } = await import('#core/db/index')
  const settings = serverSettings(options)
  const handle = await openDatabase({ url: settings.database_url, dataDir: dataDirOf(settings), poolSize: 2 })
  try {
    const applied = await migrate(handle)
    if (options.json) return sayJson({ engine: handle.engine, applied })
    say(applied.length === 0 ? 'The schema is up to date.' : `Applied ${applied.join(', ')}.`)
  } finally {
    await handle.close()
  }
}
