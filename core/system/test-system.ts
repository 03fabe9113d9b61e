import { testDatabase } from '#core/testing/database'
import { loadSettings } from '../kernel/config.ts'
import type { Actor, Context } from '../kernel/context.ts'
import { silentLog } from '../kernel/log.ts'
import { Runtime } from '../kernel/runtime.ts'

export interface TestSystem {
  readonly runtime: Runtime
  context(): Context
  advance(ms: number): void
  close(): Promise<void>
}

const nobody: Actor = {
  orgId: '',
  principalId: 'anonymous',
  principalName: 'anonymous',
  kind: 'system',
  role: 'readonly',
  scopes: new Set(),
  agentId: null,
}

/** A runtime on a database of its own, called by nobody in particular. */
export async function testSystem(): Promise<TestSystem> {
  const database = await testDatabase()
  let now = Date.parse('2026-01-01T00:00:00Z')
  const runtime = new Runtime({
    handle: database.handle,
    settings: loadSettings({ env: {}, home: '/nonexistent' }),
    log: silentLog,
    ports: { fetch: () => Promise.reject(new Error('These tests call nobody.')) },
    now: () => new Date(now),
  })
  return {
    runtime,
    context: () => runtime.context(nobody),
    advance: (ms) => void (now += ms),
    close: () => database.close(),
  }
}
