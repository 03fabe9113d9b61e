import { mkdirSync, openSync, closeSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Settings } from '#core/kernel/config'
import { CliError } from './failure.ts'
import { writePrivate } from './save-keys.ts'

const Login = z.object({
  access_token: z.string(),
  /** Milliseconds since 1970. */
  expires_at: z.number(),
  refresh_token: z.string(),
})
export type Login = z.output<typeof Login>

const Logins = z.record(z.string(), Login)
const FILE = 'login.json'
const LOCK = 'login.lock'
/** A process that holds the lock longer has died with it. */
const STALE_MS = 30_000
const PATIENCE_MS = 45_000

/** The person's sign-ins by address of the server; whoever may read them is that person. */
export function readLogins({ home }: Settings): Readonly<Record<string, Login>> {
  try {
    return Logins.parse(JSON.parse(readFileSync(join(home, FILE), 'utf8')))
  } catch {
    return {}
  }
}

/** Writes the sign-in of one server; null removes it. Hold the lock. */
export function writeLogin(settings: Settings, url: string, login: Login | null): void {
  const { [url]: _, ...others } = readLogins(settings)
  const all = login === null ? others : { ...others, [url]: login }
  writePrivate(settings.home, FILE, `${JSON.stringify(all, null, 2)}\n`)
}

/**
 * Runs `work` while no other process of this person does: a refresh token counts once, and two who use it at once
 * would end the sign-in of both.
 */
export async function withLoginLock<T>({ home }: Settings, work: () => Promise<T>): Promise<T> {
  const path = join(home, LOCK)
  mkdirSync(home, { recursive: true, mode: 0o700 })
  const until = Date.now() + PATIENCE_MS
  while (!tryLock(path)) {
    if (Date.now() > until) throw new CliError(`${path}: another process holds it; remove it when there is none.`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  try {
    return await work()
  } finally {
    rmSync(path, { force: true })
  }
}

function tryLock(path: string): boolean {
  try {
    closeSync(openSync(path, 'wx', 0o600))
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  try {
    if (Date.now() - statSync(path).mtimeMs > STALE_MS) rmSync(path, { force: true })
  } catch {
    // Released meanwhile.
  }
  return false
}
