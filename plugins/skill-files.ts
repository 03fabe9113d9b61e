import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Bundle } from './bundle.ts'

const source = fileURLToPath(new URL('../skills/', import.meta.url))

/** Writ's skills by `<name>/<file>`; none when this build carries none. */
export function skillFiles(folder = source): Bundle {
  if (!existsSync(folder)) return {}
  const paths = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, 'SKILL.md')))
    .flatMap(({ name }) => readdirSync(join(folder, name), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
  return Object.fromEntries(
    paths.toSorted().map((path) => [relative(folder, path).replaceAll('\\', '/'), { bytes: readFileSync(path) }]),
  )
}
