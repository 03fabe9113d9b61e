import { chmodSync, lstatSync } from 'node:fs'
import { join } from 'node:path'
import { homeOf } from '#core/kernel/config'
import type { Check } from './checks-local.ts'

/** What only this user may read; each holds keys. */
const NAMES = ['config.json', 'login.json', 'agent.key', 'secret.key']

/** Looked at before the settings are read, which a file that others can read stops. */
export function checkPrivate(fix: boolean): Check[] {
  if (process.platform === 'win32') return []
  const open = NAMES.flatMap((name) => openFile(join(homeOf(process.env), name)))
  return open.map(({ path, mode }) => {
    const check = 'private files'
    const found = `others can use ${path}`
    const remedy = `It may hold keys that are known to them now. writ doctor, without --no-fix, closes it; or: chmod 600 ${path}`
    if (!fix) return { check, status: 'fail', found, remedy }
    chmodSync(path, mode & 0o600)
    const did = `${path} ${mode.toString(8)} to ${(mode & 0o600).toString(8)}`
    const advice = 'Keys in it may be known to others: rotate them with writ keys rotate <id>'
    return {
      check,
      status: 'warn',
      found: `others could use it (repaired: ${did})`,
      remedy: advice,
      fixed: { did: [did], backups: [] },
    }
  })
}

function openFile(path: string): { path: string; mode: number }[] {
  try {
    const stat = lstatSync(path)
    const mode = stat.mode & 0o777
    return stat.isFile() && (mode & 0o077) !== 0 ? [{ path, mode }] : []
  } catch {
    return []
  }
}
