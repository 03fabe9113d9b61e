import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Settings } from '#core/kernel/config'

const AGENT_KEY = 'agent.key'

/** The key that `writ mcp` speaks with when its environment names none. Never the person's own key. */
export function savedAgentKey({ home }: Settings): string | undefined {
  try {
    const key = readFileSync(join(home, AGENT_KEY), 'utf8').trim()
    return key === '' ? undefined : key
  } catch {
    return undefined
  }
}

export function saveAgentKey({ home }: Settings, secret: string): void {
  writePrivate(home, AGENT_KEY, `${secret}\n`)
}

/** Puts the key of the person into the config file, where every command finds it. */
export function saveApiKey({ home }: Settings, secret: string): void {
  const path = join(home, 'config.json')
  let config: Record<string, unknown> = {}
  try {
    config = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  writePrivate(home, 'config.json', `${JSON.stringify({ ...config, api_key: secret }, null, 2)}\n`)
}

/** Writes a file that only this user can read, whole or not at all. */
export function writePrivate(home: string, name: string, text: string): void {
  mkdirSync(home, { recursive: true, mode: 0o700 })
  const part = join(home, `${name}.${process.pid}`)
  writeFileSync(part, text, { mode: 0o600 })
  renameSync(part, join(home, name))
}
