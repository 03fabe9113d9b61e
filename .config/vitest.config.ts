import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

/** The `writ-source` condition resolves `#core/...` to the TypeScript files, as `node --conditions=writ-source` does. */
export default defineConfig({
  root: new URL('..', import.meta.url).pathname,
  resolve: { conditions: ['writ-source', 'node'] },
  ssr: { resolve: { conditions: ['writ-source', 'node'], externalConditions: ['writ-source', 'node'] } },
  test: {
    include: [
      'core/**/*.test.ts',
      'mcp/**/*.test.ts',
      'http/**/*.test.ts',
      'plugins/**/*.test.ts',
      'skills/**/*.test.ts',
    ],
    pool: 'forks',
    maxWorkers: Math.max(2, availableParallelism()),
    isolate: false,
    execArgv: ['--conditions=writ-source', '--no-warnings=ExperimentalWarning'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
