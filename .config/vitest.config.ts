import { defineConfig } from 'vitest/config'

/** The `source` condition resolves `#core/...` to the TypeScript files, as `node --conditions=source` does. */
export default defineConfig({
  root: new URL('..', import.meta.url).pathname,
  resolve: { conditions: ['source', 'node'] },
  ssr: { resolve: { conditions: ['source', 'node'], externalConditions: ['source', 'node'] } },
  test: {
    include: ['core/**/*.test.ts', 'mcp/**/*.test.ts', 'http/**/*.test.ts'],
    pool: 'forks',
    execArgv: ['--conditions=source', '--no-warnings=ExperimentalWarning'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
