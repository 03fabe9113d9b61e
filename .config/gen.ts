/** `npm run gen`: writes every generated file; with `--check` it only tells which are stale. */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { join, relative } from 'node:path'

const root = fileURLToPath(new URL('..', import.meta.url))
const check = process.argv.includes('--check')
const stale: string[] = []

function write(path: string, text: string): void {
  let before = ''
  try {
    before = readFileSync(join(root, path), 'utf8')
  } catch {
    // a new file
  }
  if (before === text) return
  if (check) stale.push(path)
  else writeFileSync(join(root, path), text)
}

function filesUnder(folder: string, ending: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .toSorted()
}

const camel = (text: string): string => text.replaceAll(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
const note = '// Written by `npm run gen`; not edited by hand.\n'

function registry(): string {
  const found = filesUnder('core', '.op.ts').map((path) => {
    const [, folder, file] = /^core\/([^/]+)\/(.+)\.op\.ts$/.exec(path) ?? []
    if (!folder || !file) throw new Error(`${path}: an operation stands at core/<domain>/<verb>.op.ts`)
    return { path, local: camel(`${folder}-${file}`), exported: camel(file) }
  })
  const imports = found.map(({ path, local, exported }) => {
    return `import { ${exported} as ${local} } from './${path.slice('core/'.length)}'`
  })
  return [
    `${note}import type { Operation } from './kernel/operation.ts'`,
    ...imports,
    '',
    'export const registry = {',
    ...found.map(({ local }) => `  ${local},`),
    '} as const',
    '',
    'export const operations: readonly Operation[] = Object.values(registry) as unknown as readonly Operation[]',
    '',
  ].join('\n')
}

function migrations(): string {
  const ids = readdirSync(join(root, 'core/db/migrations'))
    .filter((name) => /^\d{4}_[a-z0-9_]+\.ts$/.test(name))
    .map((name) => name.slice(0, -3))
    .toSorted()
  return [
    `${note}import type { Kysely } from 'kysely'`,
    ...ids.map((id) => `import { up as up${id.slice(0, 4)} } from './migrations/${id}.ts'`),
    '',
    'export interface Migration {',
    '  readonly id: string',
    '  readonly up: (db: Kysely<unknown>) => Promise<void>',
    '}',
    '',
    'export const migrations: readonly Migration[] = [',
    ...ids.map((id) => `  { id: '${id}', up: up${id.slice(0, 4)} },`),
    ']',
    '',
  ].join('\n')
}

write('core/registry.gen.ts', registry())
write('core/db/migrations.gen.ts', migrations())

/** Surfaces are computed from the registry, so they come after it; a module that does not exist yet is skipped. */
const surfaces: readonly { path: string; from: string; exported: string }[] = [
  { path: 'http/client/routes.gen.ts', from: '../http/client-routes.ts', exported: 'clientRoutes' },
  {
    path: 'http/client/python/writ/operations_gen.py',
    from: '../http/client-python.ts',
    exported: 'pythonOperations',
  },
  { path: 'http/client/python/writ/shapes_gen.py', from: '../http/client-python.ts', exported: 'pythonShapes' },
  { path: 'http/openapi.gen.json', from: '../http/openapi-file.ts', exported: 'openapiJson' },
  {
    path: 'skills/writ-platform/references/operations.md',
    from: '../skills/reference.ts',
    exported: 'operationsReference',
  },
  { path: 'mcp/surface.gen.json', from: '../mcp/surface.ts', exported: 'surfaceJson' },
]
for (const { path, from, exported } of surfaces) {
  const module = (await import(from)) as Record<string, unknown>
  const make = module[exported]
  if (typeof make !== 'function') throw new Error(`${from} must export ${exported}()`)
  write(path, `${String(await make())}\n`)
}

if (stale.length > 0) {
  process.stderr.write(`Stale generated files, run npm run gen:\n${stale.map((path) => `  ${path}`).join('\n')}\n`)
  process.exit(1)
}
