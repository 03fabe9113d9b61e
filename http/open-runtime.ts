import { join } from 'node:path'
import { migrate, openDatabase } from '#core/db/index'
import { loadSqlParser } from '#core/evidence/index'
import type { Settings } from '#core/kernel/config'
import type { Log } from '#core/kernel/log'
import { Runtime } from '#core/kernel/runtime'
import { openPorts } from './ports/ports.ts'
import { withSecretKey } from './secret-key.ts'

export interface OpenRuntime {
  readonly runtime: Runtime
  /** Closes the runtime, its database, and the doors to the outside world. */
  close(): Promise<void>
}

/** The composition root: settings in, a runtime on a migrated database with its doors to the outside world out. */
export async function openRuntime(given: Settings, log: Log): Promise<OpenRuntime> {
  const settings = withSecretKey(given)
  const handle = await openDatabase({
    url: settings.database_url,
    dataDir: settings.data_dir ?? join(settings.home, 'data'),
    poolSize: settings.database_pool,
    log: { warn: (fields, message) => log.warn(fields, message), info: (fields, message) => log.info(fields, message) },
  })
  try {
    // WebAssembly that the guard needs at its first call and cannot wait for.
    await loadSqlParser()
    await migrate(handle)
    const { ports, close: closePorts } = openPorts(settings)
    const runtime = new Runtime({ handle, settings, log, ports })
    const close = async (): Promise<void> => {
      await runtime.close()
      await closePorts()
    }
    return { runtime, close }
  } catch (error) {
    await handle.close()
    throw error
  }
}
