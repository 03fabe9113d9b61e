import { gateShell } from '../hooks/gate-files.ts'
import { rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { version } from '#core/system/index'
import { changedGateFiles, stateOf } from '../hooks/installed.mjs'
import { ChangedMeanwhile, digest, makeFolders, readState, removeEmpty, throughLinks, writeWhole } from './file.ts'
import { CONNECTION, gateTexts, readConnection, writeGate, type Wanted } from './gate-folder.ts'
import { hostOf } from './hosts.ts'
import { withLock } from './lock.ts'
import type { Entries } from './part.ts'
import { gateDir, InstallError, placeKey, type Machine, type Place } from './place.ts'
import { foldersOf, planFiles, recordOf, type FileChange } from './plan.ts'
import { readReceipt, RECEIPT, type Installed, type Receipt } from './receipt.ts'

export interface Key {
  readonly secret: string
  /** Of a key that was made for this install; null when the person brought it. */
  readonly id: string | null
}

/** What an install needs of the server. */
export interface Keys {
  /** The key that the person brought, if any. */
  readonly given: string | undefined
  make(): Promise<Key>
  /** Whether the server still knows it; true as well when it cannot be asked. */
  isGood(secret: string): Promise<boolean>
  revoke(id: string): Promise<void>
}

export interface InstallRequest {
  readonly place: Place
  readonly wanted: Wanted
  readonly hostVersion: string | null
  readonly at: Date
}

export interface InstallResult {
  readonly folder: string
  readonly files: readonly Pick<FileChange, 'path' | 'action'>[]
  readonly changed: boolean
  /** A key made by an earlier install that this one does without. */
  readonly replacedKey: string | null
}

export function entriesOf(machine: Machine, place: Place, wait: number): Entries {
  const { node, bin, writHome } = machine
  return {
    gate: join(gateDir(machine, place), 'gate.sh'),
    shell: gateShell(),
    wait,
    mcp: { command: node, args: [bin, 'mcp', '--host', place.host], env: { WRIT_HOME: writHome } },
  }
}

/** What an install would do, with nothing touched. */
export function planInstall(machine: Machine, { place, wanted }: InstallRequest): FileChange[] {
  const known = placeIn(readReceipt(gateDir(machine, place)), place)?.files ?? []
  return plan(machine, place, wanted, known)
}

function plan(machine: Machine, place: Place, wanted: Wanted, known: Installed['files']): FileChange[] {
  const host = hostOf(place.host)
  if (!host.scopes.includes(place.scope)) {
    throw new InstallError(`${host.title} knows no ${place.scope} install; possible is ${host.scopes.join(', ')}.`)
  }
  if (machine.platform === 'win32' && place.host !== 'claude-desktop') {
    throw new InstallError(`The gate for ${host.title} needs a POSIX shell; on Windows run it within WSL.`)
  }
  if (wanted.gateOnly) return []
  const entries = entriesOf(machine, place, wanted.wait)
  return planFiles(host, host.targets(machine, place, entries), entries, known)
}

export function placeIn(receipt: Receipt | null, place: Place): Installed | undefined {
  return receipt?.places.find((one) => placeKey({ host: place.host, ...one }) === placeKey(place))
}

/** Installs, or brings an install up to date. All files are written, or none stays changed. */
export async function install(machine: Machine, request: InstallRequest, keys: Keys): Promise<InstallResult> {
  const { place, wanted } = request
  const folder = gateDir(machine, place)
  plan(machine, place, wanted, placeIn(readReceipt(folder), place)?.files ?? [])
  return withLock(dirname(folder), place.scope === 'managed' ? 0o755 : 0o700, async () => {
    const before = readReceipt(folder)
    const key = await keyFor(folder, before, wanted, keys)
    const isNew = key.id !== null && key.id !== before?.key_id
    try {
      return again(() => carryOut(machine, request, { before, key, folder }))
    } catch (error) {
      if (isNew && key.id !== null) await keys.revoke(key.id)
      throw error
    }
  })
}

const TRIES = 5

/** Clients write their files whenever they like; what was undone because of that is planned anew. */
function again<T>(work: () => T, left = TRIES): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof ChangedMeanwhile) || left <= 1) throw error
    return again(work, left - 1)
  }
}

/** The key of an earlier install serves on while server, agent and the key itself are still right. */
async function keyFor(folder: string, before: Receipt | null, wanted: Wanted, keys: Keys): Promise<Key> {
  // A key that somebody put there since is not believed, however good it is.
  const isWhole = before !== null && !changedGateFiles(folder, before).some(({ name }) => name === CONNECTION)
  const known = isWhole ? readConnection(folder) : null
  const fits = before !== null && known !== null && before.server === wanted.server && before.agent === wanted.agent
  if (fits && (keys.given === undefined || keys.given === known.key) && (await keys.isGood(known.key))) {
    return { secret: known.key, id: before.key_id }
  }
  return keys.given === undefined ? keys.make() : { secret: keys.given, id: null }
}

interface Work {
  readonly before: Receipt | null
  readonly key: Key
  readonly folder: string
}

function carryOut(machine: Machine, request: InstallRequest, { before, key, folder }: Work): InstallResult {
  const { place, wanted } = request
  const known = placeIn(before, place)
  const files = plan(machine, place, wanted, known?.files ?? [])
  const texts = gateTexts(place.host, wanted, key.secret)
  const result = { folder, files: files.map(({ path, action }) => ({ path, action })) }
  const gateIsWhole = Object.entries(texts).every(([name, text]) => readState(join(folder, name))?.text === text)
  const isSame =
    known !== undefined &&
    before?.writ === version &&
    gateIsWhole &&
    known.files.every((file) => stateOf(file) !== 'broken') &&
    files.every(({ action }) => action === 'keep' || action === 'leave')
  if (isSame && wanted.group === undefined) return { ...result, changed: false, replacedKey: null }
  const made: string[] = []
  const written: FileChange[] = []
  try {
    makeFolders(join(folder, 'backups'), place.scope === 'managed' ? 0o755 : 0o700)
    writeGate(machine, place, texts, wanted.group)
    made.push(...foldersOf(files).flatMap((path) => makeFolders(path, place.scope === 'managed' ? 0o755 : undefined)))
    const receipt = receiptOf(request, { before, key, folder, files, texts, folders: made })
    for (const change of files) keepBackup(folder, change)
    // Before the files themselves, so that an install that is cut off can be taken back.
    saveReceipt(folder, receipt)
    for (const change of files.filter(({ action }) => action === 'create' || action === 'change')) {
      writeWhole(change.path, change.after, change)
      written.push(change)
    }
  } catch (error) {
    undo(written, made, { before, folder })
    throw error
  }
  const replaced = before !== null && before.key_id !== key.id ? before.key_id : null
  return { ...result, changed: true, replacedKey: replaced }
}

function keepBackup(folder: string, { path, gives }: FileChange): void {
  if (gives === 'kept' || gives === null) return
  const backup = join(folder, 'backups', digest(path).slice(0, 16))
  writeWhole(backup, gives.text, { mode: 0o600, before: readState(backup)?.text ?? null })
}

export function saveReceipt(folder: string, receipt: Receipt): void {
  const path = join(folder, RECEIPT)
  writeWhole(path, `${JSON.stringify(receipt, null, 2)}\n`, { mode: 0o644, before: readState(path)?.text ?? null })
}

function undo(written: readonly FileChange[], made: readonly string[], { before, folder }: Omit<Work, 'key'>): void {
  for (const { path, before: text, after, mode } of written.toReversed()) {
    if (text === null) rmSync(throughLinks(path), { force: true })
    else writeWhole(path, text, { mode, before: after })
  }
  removeEmpty(made)
  if (before === null) rmSync(folder, { recursive: true, force: true })
  else saveReceipt(folder, before)
}

interface Parts extends Work {
  readonly files: readonly FileChange[]
  readonly texts: Readonly<Record<string, string>>
  readonly folders: readonly string[]
}

function receiptOf({ place, wanted, hostVersion, at }: InstallRequest, parts: Parts): Receipt {
  const { before, key, folder, files, texts } = parts
  const known = placeIn(before, place)
  const installed: Installed = {
    scope: place.scope,
    ...(place.project === undefined ? {} : { project: place.project }),
    at: at.toISOString(),
    host_version: hostVersion,
    files: files
      .filter(({ action }) => action !== 'leave')
      .map((change) => recordOf(change, folder, known?.files ?? [])),
    folders: [...new Set([...(known?.folders ?? []), ...parts.folders])],
  }
  const others = before?.places.filter((one) => one !== known) ?? []
  return {
    version: 1,
    host: place.host,
    writ: version,
    server: wanted.server,
    agent: wanted.agent,
    wait: wanted.wait,
    on_unavailable: wanted.onUnavailable,
    ...(wanted.ca === undefined ? {} : { ca: wanted.ca }),
    ...(wanted.group === undefined ? {} : { group: wanted.group }),
    key_id: key.id,
    gate: Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, digest(text)])),
    trusted: before?.trusted ?? [],
    places: [...others, installed],
  }
}
