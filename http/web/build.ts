/**
 * Builds the pages: `build.ts` when they are missing or their sources have changed, `build.ts <folder>` to a folder, always.
 * Every file that gets smaller by it is stored compressed beside itself.
 */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const here = fileURLToPath(new URL('.', import.meta.url))
const stampOf = (folder: string): string => join(folder, '.built')

/** Builds into `http/web/dist` unless what is there was made from these very sources. */
export async function buildWhenStale(): Promise<void> {
  const target = join(here, 'dist')
  const stamp = digestOfSources()
  if (existsSync(stampOf(target)) && readFileSync(stampOf(target), 'utf8') === stamp) return
  await buildPages(target)
}

/** The folder appears whole or not at all: a server that starts meanwhile reads no half of it. */
async function buildPages(target: string): Promise<void> {
  const draft = `${target}.${process.pid}`
  const before = process.env['NODE_ENV']
  // Decides which React is taken: a test that builds must not put the slow one into the pages.
  process.env['NODE_ENV'] = 'production'
  try {
    await bundle(draft)
  } finally {
    if (before === undefined) delete process.env['NODE_ENV']
    else process.env['NODE_ENV'] = before
  }
  compress(draft)
  writeFileSync(stampOf(draft), digestOfSources())
  rmSync(target, { recursive: true, force: true })
  try {
    renameSync(draft, target)
  } catch (error) {
    // Another build was quicker by a moment.
    rmSync(draft, { recursive: true, force: true })
    if (!existsSync(stampOf(target))) throw error
  }
}

async function bundle(outDir: string): Promise<void> {
  const [{ build }, { default: react }] = await Promise.all([import('vite'), import('@vitejs/plugin-react')])
  await build({
    root: here,
    configFile: false,
    mode: 'production',
    logLevel: 'warn',
    plugins: [react()],
    resolve: { conditions: ['writ-source', 'module', 'browser', 'production'] },
    build: {
      outDir,
      emptyOutDir: true,
      target: 'es2023',
      modulePreload: { polyfill: false },
      // An inlined asset would be a data: URL, which the policy allows for images only.
      assetsInlineLimit: 0,
      rolldownOptions: {
        checks: { pluginTimings: false },
        input: { index: join(here, 'index.html'), sw: join(here, 'sw.ts') },
        output: { entryFileNames: (chunk) => (chunk.name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js') },
      },
    },
  })
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()
}

function digestOfSources(): string {
  const digest = createHash('sha256')
  const own = filesIn(here).filter(
    (path) => !path.startsWith(join(here, 'dist')) && !/(\.test\.tsx?|\/test-[^/]+)$/.test(path),
  )
  for (const path of [...own, join(here, '../client/routes.gen.ts'), join(here, '../../package-lock.json')]) {
    digest
      .update(`${path.slice(here.length)}\0`)
      .update(readFileSync(path))
      .update('\0')
  }
  return digest.digest('hex')
}

function compress(folder: string): void {
  for (const path of filesIn(folder)) {
    if (!/\.(js|css|html|svg|webmanifest)$/.test(path)) continue
    const bytes = readFileSync(path)
    const brotli = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } })
    const gzip = gzipSync(bytes, { level: 9 })
    if (brotli.length < bytes.length) writeFileSync(`${path}.br`, brotli)
    if (gzip.length < bytes.length) writeFileSync(`${path}.gz`, gzip)
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const target = process.argv[2]
  await (target === undefined ? buildWhenStale() : buildPages(resolve(target)))
}
