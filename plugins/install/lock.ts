import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { makeFolders, removeEmpty, told } from './file.ts'
import { InstallError } from './place.ts'

const PATIENCE_MS = 60_000

/** Runs `work` while no other install of this folder does. The lock of a process that has died counts for nothing. */
export async function withLock<T>(folder: string, mode: number, work: () => Promise<T>): Promise<T> {
  const path = join(folder, '.lock')
  const until = Date.now() + PATIENCE_MS
  const made = makeFolders(folder, mode)
  try {
    while (!tryLock(path)) {
      if (Date.now() > until) {
        throw new InstallError(`${path}: another install holds it; remove it when there is none.`)
      }
      await sleep(30)
      // Another one may have ended with nothing left.
      makeFolders(folder, mode)
    }
  } catch (error) {
    throw told(folder, error)
  }
  try {
    return await work()
  } finally {
    rmSync(path, { force: true })
    removeEmpty(made)
  }
}

function tryLock(path: string): boolean {
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx', mode: 0o600 })
    return true
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return false
    if (code !== 'EEXIST') throw error
  }
  const holder = holderOf(path)
  if (holder === null || isAlive(holder)) return false
  // Of several who find it dead one moves it away; who moved a living one instead puts it back.
  const aside = `${path}.${process.pid}`
  try {
    renameSync(path, aside)
    if (holderOf(aside) !== holder) renameSync(aside, path)
    else rmSync(aside)
  } catch {
    // Another one was quicker.
  }
  return false
}

/** Null while its writer has not written it yet, or when it is gone. */
function holderOf(path: string): number | null {
  try {
    const pid = Number(readFileSync(path, 'utf8'))
    return Number.isInteger(pid) && pid > 0 ? pid : null
  } catch {
    return null
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
