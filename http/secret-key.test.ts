import { chmodSync, mkdtempSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadSettings } from '#core/kernel/config'
import { withSecretKey } from './secret-key.ts'

const fresh = () => loadSettings({ env: {}, home: mkdtempSync(join(tmpdir(), 'writ-key-')) })

test('makes a key once, readable by its owner only', () => {
  const settings = fresh()
  const { secret_key } = withSecretKey(settings)
  expect(secret_key).toMatch(/^[0-9a-f]{64}$/)
  expect(withSecretKey(settings).secret_key).toBe(secret_key)
  expect(statSync(join(settings.home, 'secret.key')).mode & 0o777).toBe(0o600)
})

test('a key given by the operator is used and no file is made', () => {
  const settings = { ...fresh(), secret_key: 'ab'.repeat(32) }
  expect(withSecretKey(settings)).toBe(settings)
})

test('a key that others can read, or that was cut off, is refused with what to do', () => {
  const settings = fresh()
  withSecretKey(settings)
  const path = join(settings.home, 'secret.key')
  chmodSync(path, 0o644)
  expect(() => withSecretKey(settings)).toThrow(`chmod 600 ${path}`)
  chmodSync(path, 0o600)
  writeFileSync(path, 'abc')
  expect(() => withSecretKey(settings)).toThrow('32 bytes in hex')
})
