import { afterAll, beforeAll, expect, test } from 'vitest'
import packageJson from '../../package.json' with { type: 'json' }
import { invoke } from '../kernel/invoke.ts'
import { health } from './health.op.ts'
import { started } from './started.ts'
import { testSystem, type TestSystem } from './test-system.ts'

let system: TestSystem
beforeAll(async () => {
  system = await testSystem()
})
afterAll(() => system.close())

test('200 without a key: the version of the package, the engine, and how long it has run', async () => {
  system.runtime.use(started)
  system.advance(61_500)
  expect(await invoke(health, system.context(), {})).toEqual({
    status: 'ok',
    version: packageJson.version,
    engine: system.runtime.handle.engine,
    uptime_seconds: 61,
  })
})

test('200 while the database is away', async () => {
  const away = await testSystem()
  await away.close()
  expect((await invoke(health, away.context(), {})).status).toBe('ok')
})
