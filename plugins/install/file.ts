import { createHash } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { InstallError } from './place.ts'

export interface FileState {
  readonly text: string
  readonly mode: number
}

/** Null when there is no file. A file that is not text is nobody's configuration. */
export function readState(path: string): FileState | null {
  try {
    const bytes = readFileSync(path)
    const text = bytes.toString('utf8')
    if (!Buffer.from(text, 'utf8').equals(bytes)) throw new InstallError(`${path}: it is not text in UTF-8.`)
    return { text, mode: statSync(path).mode & 0o7777 }
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return null
    throw told(path, error)
  }
}

export function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** Where a path leads; a link to nothing leads to where its file would be. */
export function throughLinks(path: string): string {
  let at = path
  for (let step = 0; step < 40; step += 1) {
    try {
      if (!lstatSync(at).isSymbolicLink()) return at
      at = resolve(dirname(at), readlinkSync(at))
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return at
      throw told(path, error)
    }
  }
  throw new InstallError(`${path}: its links lead in a circle.`)
}

/** Whole or not at all; mode and owner stay those of the file that was there, which must still hold `before`. */
export function writeWhole(
  path: string,
  text: string,
  { mode, before }: { mode: number; before: string | null },
): void {
  const target = throughLinks(path)
  const part = join(dirname(target), `.${basename(target)}.writ-${process.pid}`)
  try {
    const old = before === null ? null : statSync(target)
    writeFileSync(part, text, { mode: 0o600, flag: 'wx' })
    chmodSync(part, old === null ? mode : old.mode & 0o7777)
    const mine = statSync(part)
    if (old !== null && (old.uid !== mine.uid || old.gid !== mine.gid)) chownSync(part, old.uid, old.gid)
    if ((readState(target)?.text ?? null) !== before) throw new ChangedMeanwhile(path)
    renameSync(part, target)
  } catch (error) {
    rmSync(part, { force: true })
    throw error instanceof ChangedMeanwhile ? error : told(path, error)
  }
}

/** The client itself wrote the file between our reading and our writing. */
export class ChangedMeanwhile extends InstallError {
  constructor(path: string) {
    super(`${path}: another program changed it at the same moment; run it again.`)
  }
}

/** Makes a folder, of this mode whatever the umask; answers which folders that took, the outermost first. */
export function makeFolders(folder: string, mode?: number): string[] {
  try {
    statSync(folder)
    return []
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw told(folder, error)
  }
  const outer = makeFolders(dirname(folder), mode)
  try {
    mkdirSync(folder)
    if (mode !== undefined) chmodSync(folder, mode)
  } catch (error) {
    // Another process made it at the same moment, so it is not ours to remove.
    if (isErrno(error, 'EEXIST')) return outer
    throw told(folder, error)
  }
  return [...outer, folder]
}

/** Of the folders those go that hold nothing any more. */
export function removeEmpty(folders: readonly string[]): void {
  for (const folder of folders.toSorted((a, b) => b.length - a.length)) {
    try {
      rmdirSync(folder)
    } catch {
      // Somebody has put something into it, or has removed it.
    }
  }
}

export function told(path: string, error: unknown): Error {
  if (error instanceof InstallError || !(error instanceof Error)) return error as Error
  const reason = reasons[(error as NodeJS.ErrnoException).code ?? '']
  return reason === undefined ? error : new InstallError(`${path}: ${reason}`, { cause: error })
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'this user may not write here.',
  EPERM: 'this user may not write here.',
  EROFS: 'the file system is read-only.',
  ENOSPC: 'the disk is full.',
  ENOTDIR: 'a part of this path is a file, not a folder.',
  EISDIR: 'it is a folder.',
  EEXIST: 'another install is writing it; run it again, or remove the file that ends in its process number.',
}

function isErrno(error: unknown, code: string): boolean {
  return (error as NodeJS.ErrnoException).code === code
}
