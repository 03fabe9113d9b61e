import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Target } from './host.ts'

const source = fileURLToPath(new URL('../../skills/', import.meta.url))

/** Writ's skills as files below the client's own folder of skills; none when this build carries none. */
export function skillTargets(folder: string, from = source): Target[] {
  if (!existsSync(from)) return []
  const names = readdirSync(from, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(from, entry.name, 'SKILL.md')))
    .map((entry) => entry.name)
  return names.toSorted().flatMap((name) =>
    readdirSync(join(from, name), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .toSorted()
      .map((path) => ({
        path: join(folder, name, relative(join(from, name), path)),
        part: 'own',
        text: readFileSync(path, 'utf8'),
        mode: 0o644,
        yields: true,
      })),
  )
}
