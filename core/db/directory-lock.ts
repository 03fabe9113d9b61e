import { accessSync, constants, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Fault } from '#core/kernel/errors'

export interface DirectoryLock {
  release(): void
}

/**
 * Makes this process the one owner of a data directory. Two engines on one directory lose each other's rows silently.
 *
 * The lock is the operating system's lock on `owner.lock`: atomic between racing processes, and gone with the process
 * however it dies. Node has no call for it; SQLite, which Node carries, takes exactly such a lock on its file.
 * Nothing else may open that file: closing any descriptor of it would drop the process's lock.
 */
export function lockDirectory(directory: string): DirectoryLock {
  const path = writable(directory)
  const file = new DatabaseSync(join(path, 'owner.lock'), { timeout: 0 })
  try {
    // IMMEDIATE and not EXCLUSIVE: of racing processes exactly one gets it, where EXCLUSIVE can refuse them all.
    file.exec('BEGIN IMMEDIATE')
  } catch (thrown) {
    file.close()
    if (!isBusy(thrown)) throw thrown
    throw new Fault('unavailable', `The data directory ${path} is in use by ${ownerOf(path)}.`, { cause: thrown })
  }
  writeFileSync(join(path, 'owner.pid'), `${process.pid}\n`)
  return { release: () => file.close() }
}

/** The directory's real path, made if it is not there. */
function writable(directory: string): string {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    const path = realpathSync(directory)
    accessSync(path, constants.W_OK)
    return path
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown)
    throw new Fault('unavailable', `The data directory ${directory} cannot be written: ${reason}`, { cause: thrown })
  }
}

const SQLITE_BUSY = 5

const isBusy = (thrown: unknown): boolean =>
  thrown instanceof Error && 'errcode' in thrown && thrown.errcode === SQLITE_BUSY

function ownerOf(path: string): string {
  try {
    return `process ${readFileSync(join(path, 'owner.pid'), 'utf8').trim()}`
  } catch {
    return 'another process'
  }
}
