/**
 * `build.ts [folder]`: the bundles that people install by hand, the same bytes from the same sources. In a build also
 * puts the programs that are not TypeScript beside what was compiled.
 */
import { createHash } from 'node:crypto'
import { copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { claudeAndCodexPlugin } from './claude-code/generate.ts'
import { desktopExtension } from './claude-desktop/generate.ts'
import { hermesPlugin } from './hermes/generate.ts'
import { openclawPlugin } from './openclaw/generate.ts'
import { within } from './bundle.ts'
import { zipped } from './zip.ts'

const here = fileURLToPath(new URL('.', import.meta.url))
const built = fileURLToPath(new URL('../dist/plugins/', import.meta.url))

/** Every file that is offered, by its name. */
export async function downloads(): Promise<ReadonlyMap<string, Uint8Array>> {
  const files = new Map([
    ['writ-claude-code-and-codex.zip', zipped(claudeAndCodexPlugin())],
    ['writ-hermes.zip', zipped(within('writ', hermesPlugin()))],
    ['writ-openclaw.zip', zipped(within('writ', openclawPlugin()))],
    ['writ.mcpb', zipped(await desktopExtension())],
  ])
  const sums = [...files].map(([name, bytes]) => `${createHash('sha256').update(bytes).digest('hex')}  ${name}\n`)
  return new Map([...files, ['SHA256SUMS', new TextEncoder().encode(sums.join(''))]])
}

async function writeDownloads(folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  for (const [name, bytes] of await downloads()) writeFileSync(join(folder, name), bytes)
}

function copyPrograms(folder: string): void {
  for (const entry of readdirSync(here, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/\.(sh|py|mjs)$/.test(entry.name)) continue
    const path = join(entry.parentPath, entry.name)
    const target = join(folder, relative(here, path))
    mkdirSync(dirname(target), { recursive: true })
    copyFileSync(path, target)
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = process.argv[2]
  if (folder === undefined) copyPrograms(built)
  await writeDownloads(folder ?? join(built, 'downloads'))
}
