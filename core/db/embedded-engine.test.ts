import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { loadingFlags } from './embedded-engine.ts'

test.each([
  [['--conditions=writ-source', '--expose-gc', '--max-old-space-size=512'], ['--conditions=writ-source']],
  [
    ['-C', 'writ-source', '--import', './a.mjs', '--input-type=module'],
    ['-C', 'writ-source', '--import', './a.mjs'],
  ],
  [
    ['--no-warnings', '--disable-warning=ExperimentalWarning', '--inspect'],
    ['--no-warnings', '--disable-warning=ExperimentalWarning'],
  ],
  [['--max-old-space-size', '512'], []],
])('of the flags %j the worker is given %j', (flags, given) => {
  expect(loadingFlags(flags)).toEqual(given)
})

test('a process started with flags of the engine opens its database', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'writ-flags-'))
  const script = `
    import { openDatabase } from ${JSON.stringify(new URL('./open.ts', import.meta.url).href)}
    const handle = await openDatabase({ dataDir: process.argv[1] })
    console.log((await handle.query('select 42 as answer')).rows[0].answer)
    await handle.close()`
  const flags = [
    '--conditions=writ-source',
    '--no-warnings',
    '--expose-gc',
    '--max-old-space-size=512',
    '--stack-size=900',
  ]
  try {
    const said = execFileSync(process.execPath, [...flags, '--input-type=module', '-e', script, dataDir], {
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
      encoding: 'utf8',
    })
    expect(said.trim()).toBe('42')
  } finally {
    rmSync(dataDir, { recursive: true, force: true })
  }
})
