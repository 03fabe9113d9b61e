import { existsSync } from 'node:fs'
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { brotliDecompress } from 'node:zlib'
import { tarEntries } from './tar.rules.ts'

const TEMPLATE = 'template.gen.tar.br'
const STAGING = '.unpacking'

/** Beside this file; in a build, in the source tree that the package carries as well. */
function templatePath(): string {
  const beside = new URL(TEMPLATE, import.meta.url)
  const found = [beside, new URL(`../../../core/db/${TEMPLATE}`, import.meta.url)].find((url) => existsSync(url))
  if (found === undefined) throw new Error(`The embedded database's template ${fileURLToPath(beside)} is missing.`)
  return fileURLToPath(found)
}

/** True when `directory` holds a database cluster. */
export const isCluster = (directory: string): boolean => existsSync(join(directory, 'PG_VERSION'))

/**
 * Unpacks an empty database cluster to `directory` (initdb inside the engine would take seconds). Whole or not at all:
 * the files are written and synced beside it, then renamed. The caller owns the parent directory's lock.
 */
export async function unpackTemplate(directory: string, { durable }: { readonly durable: boolean }): Promise<void> {
  const parent = dirname(directory)
  await mkdir(parent, { recursive: true, mode: 0o700 })
  await removeLeftovers(parent)
  const staging = `${directory}${STAGING}`
  const directories = [parent, staging]
  await mkdir(staging, { mode: 0o700 })
  const archive = await promisify(brotliDecompress)(await readFile(templatePath()))
  const writing: Promise<void>[] = []
  for (const entry of tarEntries(archive)) {
    const path = join(staging, entry.name)
    if (!path.startsWith(staging)) throw new Error(`The template holds a path outside itself: ${entry.name}`)
    if (entry.directory) {
      await mkdir(path, { recursive: true, mode: 0o700 })
      directories.push(path)
    } else {
      writing.push(writeFile(path, entry.content, durable))
      if (writing.length >= 32) await Promise.all(writing.splice(0))
    }
  }
  await Promise.all(writing)
  if (durable) await Promise.all(directories.map(syncDirectory))
  await rename(staging, directory)
  if (durable) await syncDirectory(parent)
}

async function removeLeftovers(parent: string): Promise<void> {
  const names = await readdir(parent)
  const stale = names.filter((name) => name.endsWith(STAGING))
  await Promise.all(stale.map((name) => rm(join(parent, name), { recursive: true, force: true })))
}

async function writeFile(path: string, content: Buffer, durable: boolean): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(content)
    if (durable) await file.sync()
  } finally {
    await file.close()
  }
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}
