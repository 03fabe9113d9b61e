import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { cp, mkdir, readFile, rename, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

export interface Rivals {
  /** Loads a package as Node would from inside the cache folder. */
  load(name: string): Promise<unknown>
  /** The file a package's name leads to. */
  resolve(name: string): string
}

const run = promisify(execFile)

/**
 * The packages of `rivals/`, installed once per lock file into a folder of the system's for temporary files: they are
 * no dependencies of Writ. Answers the reason as a sentence when they cannot be had.
 */
export async function openRivals(): Promise<Rivals | string> {
  const lock = await readFile(new URL('rivals/package-lock.json', import.meta.url))
  const digest = createHash('sha256').update(lock).digest('hex').slice(0, 12)
  const folder = join(tmpdir(), `writ-bench-rivals-${digest}`)
  try {
    if (!existsSync(folder)) await install(folder)
  } catch (error) {
    const told = String((error as { stderr?: string }).stderr ?? (error as Error).message)
      .trim()
      .split('\n')
    return `the rivals could not be installed (${told.find((line) => line.startsWith('npm error')) ?? told[0]})`
  }
  const require = createRequire(join(folder, 'package.json'))
  return {
    load: (name) => Promise.resolve(require(name) as unknown),
    resolve: (name) => require.resolve(name),
  }
}

/** Made whole beside its final name, so that an install cut short is never used. */
async function install(folder: string): Promise<void> {
  const making = `${folder}-${process.pid}`
  await mkdir(making, { recursive: true })
  try {
    for (const name of ['package.json', 'package-lock.json']) {
      await cp(new URL(`rivals/${name}`, import.meta.url), join(making, name))
    }
    // Not `ci`: the lock file names the binaries of one platform only.
    await run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: making, timeout: 120_000 })
    await rename(making, folder)
  } finally {
    await rm(making, { recursive: true, force: true })
  }
}
