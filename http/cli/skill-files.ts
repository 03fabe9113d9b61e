import { lstatSync, readdirSync, readFileSync, readlinkSync, type Stats } from 'node:fs'
import { basename, join, relative, sep } from 'node:path'
import { isUtf8 } from 'node:buffer'
import { MAX_BYTES, MAX_FILES, type SkillFile } from '#core/skills/index'
import { UsageError } from './failure.ts'
import { readZip } from './skill-zip.ts'

/** A packed skill may be this large before it is opened. */
const MAX_ZIP = 8 * MAX_BYTES

/** The files of a skill as they are: links are not followed, and nothing above the limits is read. */
export function readSkill(path: string): SkillFile[] {
  const stats = statsOf(path)
  if (stats.isDirectory()) return folder(path)
  if (!stats.isFile()) throw new UsageError(`${path} is neither a folder nor a file.`)
  if (/\.(zip|skill)$/i.test(path)) {
    if (stats.size > MAX_ZIP) throw new UsageError(`${path} has ${stats.size} bytes; allowed are ${MAX_ZIP}.`)
    return readZip(path, readFileSync(path)).map(({ name, bytes, isLink }) => fileOf(name, bytes, isLink))
  }
  if (!/\.(md|markdown)$/i.test(path)) throw new UsageError(`${path} is neither a folder, a zip nor a SKILL.md.`)
  if (stats.size > MAX_BYTES) throw new UsageError(`${path} has ${stats.size} bytes; allowed are ${MAX_BYTES}.`)
  return [fileOf(basename(path), readFileSync(path))]
}

function folder(root: string): SkillFile[] {
  const files: SkillFile[] = []
  let bytes = 0
  for (const path of pathsUnder(root)) {
    const name = relative(root, path).split(sep).join('/')
    const stats = statsOf(path)
    bytes += stats.size
    if (bytes > MAX_BYTES) throw new UsageError(`${root} has more than ${MAX_BYTES} bytes.`)
    if (files.length === MAX_FILES) throw new UsageError(`${root} has more than ${MAX_FILES} files.`)
    if (stats.isSymbolicLink()) files.push(fileOf(name, Buffer.from(readlinkSync(path)), true))
    else if (stats.isFile()) files.push(fileOf(name, readFileSync(path)))
    else throw new UsageError(`${path} is no file that a skill can have.`)
  }
  if (files.length === 0) throw new UsageError(`${root} is empty.`)
  return files
}

/** Sorted, so that the same folder is read the same way everywhere. The repository it may be kept in is no part of it. */
function* pathsUnder(root: string, at = root): Generator<string> {
  for (const entry of readdirSync(at, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    if (at === root && entry.name === '.git') continue
    const path = join(at, entry.name)
    if (entry.isDirectory()) yield* pathsUnder(root, path)
    else yield path
  }
}

function statsOf(path: string): Stats {
  const stats = lstatSync(path, { throwIfNoEntry: false })
  if (stats === undefined) throw new UsageError(`${path}: there is no such file.`)
  return stats
}

function fileOf(path: string, bytes: Uint8Array, link = false): SkillFile {
  const data = Buffer.from(bytes)
  const isText = isUtf8(data)
  return { path, content: data.toString(isText ? 'utf8' : 'base64'), encoding: isText ? 'utf8' : 'base64', link }
}
