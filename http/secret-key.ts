import { randomBytes } from 'node:crypto'
import { linkSync, mkdirSync, readFileSync, statSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigError, type Settings } from '#core/kernel/config'

/**
 * The 32-byte key that encrypts what must be readable again (signing keys, webhook secrets): from WRIT_SECRET_KEY, else
 * from `secret.key` in Writ's home, made on the first start with mode 0600. Replicas on one database need the same key.
 */
export function withSecretKey(settings: Settings): Settings {
  if (settings.secret_key !== undefined) return settings
  const path = join(settings.home, 'secret.key')
  mkdirSync(settings.home, { recursive: true, mode: 0o700 })
  const secret_key = readKey(path) ?? makeKey(path)
  return { ...settings, secret_key }
}

function readKey(path: string): string | null {
  try {
    const key = readFileSync(path, 'utf8').trim()
    if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0) {
      throw new ConfigError([`${path}: others can read it. Run: chmod 600 ${path}`])
    }
    if (!/^[0-9a-f]{64}$/.test(key))
      throw new ConfigError([`${path}: must hold 32 bytes in hex; it was changed or cut off`])
    return key
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

/** Written whole under another name and linked into place: of two processes that start at once one key wins. */
function makeKey(path: string): string {
  const part = `${path}.${process.pid}`
  writeFileSync(part, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600, flag: 'wx' })
  try {
    linkSync(part, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    unlinkSync(part)
  }
  const key = readKey(path)
  if (key === null) throw new ConfigError([`${path}: could not be made`])
  return key
}
