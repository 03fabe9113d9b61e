import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { loadSettings } from '#core/kernel/config'
import { silentLog } from '#core/kernel/log'
import { signStatement } from '#core/ledger/index'
import { FIRST_ORG, ensureFirstOrg } from '#core/orgs/index'
import { openRuntime } from '../open-runtime.ts'
import { runCli } from './test-cli.ts'

// Whole programs start here, on a machine that may be busy with others.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 })

let home: string
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'writ-cli-secrets-'))
  await signed()
})
afterAll(() => rm(home, { recursive: true, force: true }))

/** As a server of this home does it: needs the secret key to open the ledger's. */
async function signed() {
  const opened = await openRuntime(loadSettings({ env: {}, home }), silentLog)
  try {
    await ensureFirstOrg(opened.runtime)
    return await signStatement(opened.runtime, FIRST_ORG, { a: 1 })
  } finally {
    await opened.close()
  }
}

const key = 'secret.key'
const rekey = (file: string) => runCli(['secrets', 'rekey', '--old-key-file', file, '--json'], { WRIT_HOME: home })

test('the key that is in use is no old key, and a file without a key is told as such', async () => {
  const same = await rekey(join(home, key))
  expect([same.code, same.stderr]).toEqual([expect.any(Number), expect.stringContaining('the key that is in use')])
  expect(same.code).not.toBe(0)
  await writeFile(join(home, 'no.key'), 'nonsense')
  expect((await rekey(join(home, 'no.key'))).stderr).toContain('it must hold 32 bytes')
  expect((await rekey(join(home, 'none.key'))).stderr).toContain('it cannot be read')
})

test('a wrong old key changes nothing; the right one lets everything open with the new key', async () => {
  const before = await signed()
  await rename(join(home, key), join(home, 'old.key'))
  await writeFile(join(home, 'wrong.key'), 'ab'.repeat(32))
  const wrong = await rekey(join(home, 'wrong.key'))
  expect(wrong.code).not.toBe(0)
  expect(wrong.stderr).toContain('neither the old nor the new secret key opens')
  // The new key was made; until the change is done nothing opens with it.
  await expect(signed()).rejects.toThrow('cannot be opened')
  const done = await rekey(join(home, 'old.key'))
  expect(done.code).toBe(0)
  expect(done.json()).toMatchObject({
    rekeyed: expect.arrayContaining([expect.objectContaining({ table: 'ledger_key', changed: 1, already: 0 })]),
  })
  expect(await signed()).toEqual(before)
  const again = await rekey(join(home, 'old.key'))
  expect(again.json()).toMatchObject({
    rekeyed: expect.arrayContaining([expect.objectContaining({ table: 'ledger_key', changed: 0, already: 1 })]),
  })
  const keys = await Promise.all([key, 'old.key'].map((name) => readFile(join(home, name), 'utf8')))
  for (const text of keys) expect(done.stdout + done.stderr).not.toContain(text.trim())
})
