import { rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { digest, readState, removeEmpty, throughLinks, writeWhole } from './file.ts'
import type { Host } from './host.ts'
import { hostOf } from './hosts.ts'
import { placeIn, saveReceipt } from './install.ts'
import { withLock } from './lock.ts'
import { gateDir, InstallError, type Machine, type Place } from './place.ts'
import { inFile, partOf } from './plan.ts'
import { readReceipt, type Receipt, type Touched } from './receipt.ts'

export interface Undone {
  readonly path: string
  /** `restore`: byte for byte as before; `clean`: changed since, so only our entries go; `leave`: nothing of ours is in it. */
  readonly action: 'restore' | 'remove' | 'clean' | 'leave'
}

export interface UninstallResult {
  readonly files: readonly Undone[]
  /** The key that install made, when no place needs it any more; to be revoked at `server`. */
  readonly key: { readonly id: string; readonly server: string } | null
}

interface Step extends Undone {
  readonly before: string | null
  /** Null: the file goes. */
  readonly after: string | null
}

export function planUninstall(machine: Machine, place: Place): readonly Undone[] {
  const { receipt, files } = found(gateDir(machine, place), place)
  return files.map((file) => stepOf(hostOf(place.host), file, receipt))
}

export async function uninstall(machine: Machine, place: Place): Promise<UninstallResult> {
  const folder = gateDir(machine, place)
  found(folder, place)
  const result = await withLock(dirname(folder), 0o700, () => {
    const { receipt, files, folders } = found(folder, place)
    const steps = files.toReversed().map((file) => stepOf(hostOf(place.host), file, receipt))
    for (const step of steps) carryOut(step)
    removeEmpty(folders)
    const places = receipt.places.filter((one) => one !== placeIn(receipt, place))
    const isLast = places.length === 0
    if (isLast) rmSync(folder, { recursive: true, force: true })
    else saveReceipt(folder, { ...receipt, places })
    const key = isLast && receipt.key_id !== null ? { id: receipt.key_id, server: receipt.server } : null
    return Promise.resolve({ files: steps.map(({ path, action }) => ({ path, action })), key })
  })
  removeEmpty([dirname(folder), dirname(dirname(folder))])
  return result
}

function found(folder: string, place: Place) {
  const receipt = readReceipt(folder)
  const installed = placeIn(receipt, place)
  if (receipt === null || installed === undefined) {
    throw new InstallError(`Nothing is installed there (looked for the receipt in ${folder}); writ hosts lists all.`)
  }
  return { receipt, files: installed.files, folders: installed.folders }
}

function stepOf(host: Host, { path, part, before, after, backup }: Touched, { trusted }: Receipt): Step {
  const now = readState(path)?.text ?? null
  if (now === null) return { path, action: 'leave', before: null, after: null }
  if (digest(now) === after) {
    if (before === null) return { path, action: 'remove', before: now, after: null }
    const kept = backup === null ? null : readState(backup)
    if (kept !== null && digest(kept.text) === before) return { path, action: 'restore', before: now, after: kept.text }
  }
  if (part === 'own') return { path, action: 'leave', before: now, after: now }
  const left = inFile(path, () => partOf(host, part).take(now, trusted))
  if (left.isNothing && before === null) return { path, action: 'remove', before: now, after: null }
  return { path, action: left.text === now ? 'leave' : 'clean', before: now, after: left.text }
}

function carryOut({ path, action, before, after }: Step): void {
  if (action === 'leave') return
  if (after === null) rmSync(throughLinks(path), { force: true })
  else writeWhole(path, after, { mode: 0o600, before })
}
