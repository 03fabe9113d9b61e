import { readFileSync } from 'node:fs'
import type { Settings } from '#core/kernel/config'
import { Fault } from '#core/kernel/errors'
import { masterKeyOf, parseMasterKey, rekeySecrets, type Rekeyed } from '#core/secrets/index'
import { createLog } from '../log.ts'
import { openRuntime } from '../open-runtime.ts'
import { CliError } from './failure.ts'

/** From the key in the file to the one that servers of this instance start with from now on. */
export async function rekeyLocally(oldKeyFile: string, settings: Settings): Promise<readonly Rekeyed[]> {
  const from = keyIn(oldKeyFile)
  const opened = await openRuntime(settings, createLog('warn'))
  try {
    const to = masterKeyOf(opened.runtime, 'there is none to change to')
    if (from.equals(to)) {
      const message = `${oldKeyFile} holds the key that is in use. Put the new one in place first: move secret.key away, or set WRIT_SECRET_KEY.`
      throw new CliError(message)
    }
    return await rekeySecrets(opened.runtime.db, { from, to })
  } finally {
    await opened.close()
  }
}

function keyIn(path: string): Buffer {
  try {
    return parseMasterKey(readFileSync(path, 'utf8').trim())
  } catch (cause) {
    const why = cause instanceof Fault ? 'it must hold 32 bytes, as 64 hex digits or base64' : 'it cannot be read'
    throw new CliError(`${path}: ${why}.`, { cause })
  }
}
