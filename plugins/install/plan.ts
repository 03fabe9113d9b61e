import { dirname, join } from 'node:path'
import type { Ours } from '../hooks/installed.mjs'
import { digest, readState } from './file.ts'
import type { Host, Target } from './host.ts'
import type { Entries, Part } from './part.ts'
import { InstallError } from './place.ts'
import type { Touched } from './receipt.ts'

/** What an install does to one file. */
export interface FileChange {
  readonly path: string
  readonly action: 'create' | 'change' | 'keep' | 'leave'
  readonly part: string
  readonly mode: number
  readonly before: string | null
  readonly after: string
  /** What an uninstall gives back: nothing, the file as it was, or what an earlier install kept already. */
  readonly gives: { readonly text: string } | null | 'kept'
  /** What of ours stands in it afterwards; null for a file that is ours from end to end, or cannot be looked into. */
  readonly ours: Ours | null
}

/** Works out every file before one is written: a file that cannot be edited ends it with nothing changed. */
export function planFiles(
  host: Host,
  targets: readonly Target[],
  entries: Entries,
  known: readonly Touched[],
): FileChange[] {
  return targets.map((target) => {
    const record = known.find(({ path }) => path === target.path)
    const before = readState(target.path)?.text ?? null
    const { path, mode, part } = target
    if (target.yields && before !== null && record === undefined && before !== target.text) {
      return { path, mode, part, before, after: before, action: 'leave', gives: 'kept', ours: null }
    }
    const after = target.text ?? inFile(path, () => partOf(host, part).put(before, entries))
    const action = before === null ? 'create' : before === after ? 'keep' : 'change'
    const ours = target.text === undefined ? partOf(host, part).traces(after, entries) : null
    return { path, mode, part, before, after, action, ours, gives: givesBack(host, target, before, record) }
  })
}

function givesBack(
  host: Host,
  target: Target,
  before: string | null,
  record: Touched | undefined,
): FileChange['gives'] {
  if (before === null) return record === undefined ? null : 'kept'
  if (record?.after === digest(before)) return 'kept'
  if (target.text !== undefined)
    return record === undefined ? (before === target.text ? null : { text: before }) : 'kept'
  // Changed since, or left by an install whose receipt is gone: what is not ours of it is what comes back.
  const left = inFile(target.path, () => partOf(host, target.part).take(before, []))
  const wasOurs = record?.before === null || (record === undefined && left.text !== before)
  return left.isNothing && wasOurs ? null : { text: left.text }
}

export function partOf(host: Host, name: string): Part {
  const part = host.parts[name]
  if (part === undefined) throw new Error(`${host.name} has no part "${name}".`)
  return part
}

export function inFile<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new InstallError(`${path}: ${reason.replace(/[.\s]+$/, '')}. Put it right first; nothing was changed.`, {
      cause: error,
    })
  }
}

export function backupPath(folder: string, path: string): string {
  return join(folder, 'backups', digest(path).slice(0, 16))
}

/** The record of a planned change, given where backups are kept. */
export function recordOf(change: FileChange, folder: string, known: readonly Touched[]): Touched {
  const { path, part, after, gives, ours } = change
  const trace = ours === null ? {} : { ours }
  const earlier = known.find((one) => one.path === path)
  if (gives === 'kept' && earlier !== undefined) return { ...earlier, part, after: digest(after), ...trace }
  const text = gives === 'kept' || gives === null ? null : gives.text
  return {
    path,
    part,
    before: text === null ? null : digest(text),
    after: digest(after),
    backup: text === null ? null : backupPath(folder, path),
    ...trace,
  }
}

export const foldersOf = (changes: readonly FileChange[]): string[] => [
  ...new Set(changes.filter(({ action }) => action === 'create').map(({ path }) => dirname(path))),
]
