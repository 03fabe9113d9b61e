/**
 * `build-scan.ts [folder]`: `writ scan` as few files, with what it needs of other packages: as hundreds of modules, more
 * time went by before the first byte was read than for reading them all.
 */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const here = fileURLToPath(new URL('.', import.meta.url))
const target = process.argv[2] ?? join(here, '../../dist/scan')

const build = await rolldown({
  input: { 'scan-main': join(here, 'scan-main.ts'), 'scan-worker': join(here, 'scan-worker.ts') },
  platform: 'node',
  // Brings its WebAssembly along as a file; most scans do not need it.
  external: ['libpg-query'],
  resolve: { conditionNames: ['writ-source', 'node', 'import', 'default'] },
  treeshake: { moduleSideEffects: (id) => id.includes('node_modules') },
  logLevel: 'warn',
})
try {
  await build.write({
    dir: target,
    format: 'esm',
    minify: true,
    cleanDir: true,
    chunkFileNames: '[name].js',
    // Else it comes with all policies, and what only reads would load them.
    codeSplitting: { groups: [{ name: 'decision', test: /decision\.rules/ }] },
  })
} finally {
  await build.close()
}
