import { chmodSync, lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { told } from './file.ts'
import { SECRET } from './gate-folder.ts'
import { gateDir, type Machine, type Place } from './place.ts'
import type { Receipt } from './receipt.ts'

/** A file or folder of the gate that more people may use than an install lets. */
export interface Loose {
  readonly path: string
  readonly mode: number
  /** What it is to be. */
  readonly limit: number
}

/** Links are nobody's: their mode says nothing. */
export function looseModes(machine: Machine, place: Place, receipt: Receipt): Loose[] {
  if (machine.platform === 'win32') return []
  const folder = gateDir(machine, place)
  const names = ['', ...readdirSync(folder)]
  return names.flatMap((name) => {
    const path = join(folder, name)
    const stat = lstatSync(path)
    if (!stat.isFile() && !stat.isDirectory()) return []
    const limit = limitOf(place, { name, isFolder: stat.isDirectory(), hasGroup: receipt.group !== undefined })
    const mode = stat.mode & 0o777
    return (mode & ~limit) === 0 ? [] : [{ path, mode, limit: mode & limit }]
  })
}

interface Entry {
  readonly name: string
  readonly isFolder: boolean
  readonly hasGroup: boolean
}

/** Inside the folder of a person nobody else can look for what lies deeper, so only its own entries count. */
function limitOf({ scope }: Place, { name, isFolder, hasGroup }: Entry): number {
  // Programs of a bundle are for the client to read, and hold no secret; the receipt holds none either.
  if (isFolder) return scope === 'managed' ? 0o755 : name === '' ? 0o700 : 0o755
  if (scope === 'managed') return hasGroup && SECRET.has(name) ? 0o640 : 0o644
  return name === 'install.json' ? 0o644 : 0o600
}

export function tighten(loose: readonly Loose[]): void {
  for (const { path, limit } of loose) {
    try {
      chmodSync(path, limit)
    } catch (error) {
      throw told(path, error)
    }
  }
}
