import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Settings } from '#core/kernel/config'

const ServerFile = z.object({ url: z.url(), pid: z.int().positive() })
/** Where a server on this machine can be reached, and which process it is. No secret. */
export type ServerFile = z.output<typeof ServerFile>

/** Beside the data it serves; in Writ's home when the data is on a PostgreSQL server. */
export function serverFilePath(settings: Settings): string {
  return join(settings.database_url === undefined ? dataDirOf(settings) : settings.home, 'server.json')
}

export function dataDirOf(settings: Settings): string {
  return settings.data_dir ?? join(settings.home, 'data')
}

/** Tells other programs of this user where the server is, until this process ends. */
export function publishServer(settings: Settings, url: string): void {
  const path = serverFilePath(settings)
  mkdirSync(join(path, '..'), { recursive: true, mode: 0o700 })
  const part = `${path}.${process.pid}`
  writeFileSync(part, `${JSON.stringify({ url, pid: process.pid })}\n`, { mode: 0o600 })
  renameSync(part, path)
  process.once('exit', () => {
    if (readServerFile(settings)?.pid === process.pid) rmSync(path, { force: true })
  })
}

/** The server that runs on this user's data now; null when there is none. */
export function runningServer(settings: Settings): ServerFile | null {
  const found = readServerFile(settings)
  return found !== null && isAlive(found.pid) ? found : null
}

function readServerFile(settings: Settings): ServerFile | null {
  try {
    return ServerFile.parse(JSON.parse(readFileSync(serverFilePath(settings), 'utf8')))
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
