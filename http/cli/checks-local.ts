import { chmodSync, existsSync, statfsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigError, loadSettings, type Settings } from '#core/kernel/config'
import type { Fixed } from './fix-hosts.ts'
import { dataDirOf, runningServer } from './server-file.ts'

export interface Check {
  readonly check: string
  readonly status: 'ok' | 'warn' | 'fail' | 'skip'
  /** What was found, in one sentence. */
  readonly found: string
  /** What to do about it. */
  readonly remedy?: string
  /** What was done about it. */
  readonly fixed?: Fixed
}

const GIB = 1024 ** 3

export function checkNode(version = process.versions.node): Check {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const ok = major > 22 || (major === 22 && minor >= 12)
  const found = `Node ${version}`
  return ok
    ? { check: 'node', status: 'ok', found }
    : { check: 'node', status: 'fail', found, remedy: 'Install Node 22.12 or newer.' }
}

/** The settings when they can be used, and what is wrong when not. */
export function checkConfig(flags: Readonly<Record<string, unknown>>): { check: Check; settings: Settings | null } {
  try {
    const settings = loadSettings({ flags })
    const path = join(settings.home, 'config.json')
    const found = existsSync(path)
      ? `${path} is sound and private`
      : 'no config file; flags, environment and defaults apply'
    return { check: { check: 'config', status: 'ok', found }, settings }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    const check: Check = {
      check: 'config',
      status: 'fail',
      found: error.problems.join('; '),
      remedy: 'Correct these settings.',
    }
    return { check, settings: null }
  }
}

export function checkDisk(settings: Settings): Check {
  const path = [dataDirOf(settings), settings.home].find((candidate) => existsSync(candidate))
  if (path === undefined) return { check: 'disk', status: 'skip', found: 'no data on this machine yet' }
  const { bavail, bsize } = statfsSync(path)
  const free = bavail * bsize
  const found = `${(free / GIB).toFixed(1)} GiB free at ${path}`
  const remedy = 'Free some space: without it no decision can be recorded, and none is given.'
  if (free < GIB / 10) return { check: 'disk', status: 'fail', found, remedy }
  return free < GIB ? { check: 'disk', status: 'warn', found, remedy } : { check: 'disk', status: 'ok', found }
}

export function checkDataDir(settings: Settings, fix: boolean): Check {
  const check = 'data directory'
  if (settings.database_url !== undefined) return { check, status: 'skip', found: 'the data is on PostgreSQL' }
  const path = dataDirOf(settings)
  if (!existsSync(path)) return { check, status: 'skip', found: `${path} is made by the first start` }
  const { uid, mode } = statSync(path)
  const own = process.getuid?.()
  if (own !== undefined && uid !== own) {
    return {
      check,
      status: 'fail',
      found: `${path} belongs to another user`,
      remedy: `Run as its owner, or: chown -R $USER ${path}`,
    }
  }
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    const found = `others can enter ${path}`
    if (!fix) return { check, status: 'warn', found, remedy: `writ doctor, without --no-fix; or: chmod 700 ${path}` }
    chmodSync(path, mode & 0o700)
    const did = `${path} ${(mode & 0o777).toString(8)} to ${(mode & 0o700).toString(8)}`
    return { check, status: 'ok', found: `others could enter (repaired: ${did})`, fixed: { did: [did], backups: [] } }
  }
  const server = runningServer(settings)
  return {
    check,
    status: 'ok',
    found: `${path}, ${server === null ? 'no server runs on it' : `served by process ${server.pid}`}`,
  }
}
