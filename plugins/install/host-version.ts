import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { settingsFiles } from './claude-code.ts'
import { readState } from './file.ts'
import type { Host } from './host.ts'
import type { Machine, Place } from './place.ts'
import { isTree } from './tree.rules.ts'

/** Older ones do not know `onFailure`: a gate that cannot be run would let the call run. */
const CLAUDE_KNOWS_ON_FAILURE = [2, 1, 295]

/** The version of the client's program; null when there is none on the path. */
export async function hostVersion(machine: Machine, { program }: Host): Promise<string | null> {
  if (program === null) return null
  try {
    const { stdout } = await promisify(execFile)(program, ['--version'], { env: machine.env, timeout: 15_000 })
    return /\d+\.\d+\.\d+/.exec(stdout)?.[0] ?? null
  } catch {
    return null
  }
}

/** What about this machine keeps an install from governing. */
export function warningsFor(machine: Machine, place: Place, version: string | null): string[] {
  if (place.host !== 'claude-code') return []
  const old = version !== null && isOlder(version, CLAUDE_KNOWS_ON_FAILURE)
  return [
    ...(old ? [`Claude Code ${version} is older than 2.1.295: a hook that fails lets the call run. Update it.`] : []),
    ...settingsFiles(machine, place).flatMap((path) => switchedOff(path, place)),
  ]
}

function switchedOff(path: string, { scope }: Place): string[] {
  const settings = readable(path)
  const isManaged = path.endsWith('managed-settings.json')
  return [
    ...(settings['disableAllHooks'] === true && (scope !== 'managed' || isManaged)
      ? [`${path}: "disableAllHooks" is true, so Writ is not asked.`]
      : []),
    ...(settings['allowManagedHooksOnly'] === true && isManaged && scope !== 'managed'
      ? [
          `${path}: "allowManagedHooksOnly" is true, so only a managed install is asked (writ install claude --managed).`,
        ]
      : []),
  ]
}

function readable(path: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(readState(path)?.text ?? '{}')
    return isTree(value) ? value : {}
  } catch {
    return {}
  }
}

function isOlder(version: string, than: readonly number[]): boolean {
  const parts = version.split('.').map(Number)
  const at = than.findIndex((part, index) => part !== parts[index])
  return at >= 0 && (parts[at] ?? 0) < (than[at] ?? 0)
}
