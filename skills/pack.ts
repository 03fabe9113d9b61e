import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { zipSync } from 'fflate'

const here = fileURLToPath(new URL('.', import.meta.url))

/** The folders here that are skills. */
export function skillNames(): string[] {
  return readdirSync(here, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .toSorted()
}

/** The files of a skill by their paths, as `<name>/SKILL.md`. */
export function skillFiles(name: string): Map<string, Uint8Array> {
  const files = readdirSync(join(here, name), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()
  return new Map(files.map((path) => [relative(here, path).split(sep).join('/'), readFileSync(path)]))
}

/** The earliest time a zip can tell; written by the local clock's fields, so it is the same bytes in every time zone. */
const MTIME = new Date(1980, 0, 1)
const UNIX = 3
const FILE_MODE = 0o100644 * 0x10000

/** The skill as a zip: the same files are the same bytes. */
export function packed(name: string): Uint8Array {
  return zipSync(Object.fromEntries(skillFiles(name)), { level: 9, mtime: MTIME, os: UNIX, attrs: FILE_MODE })
}
