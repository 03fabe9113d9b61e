import type { z } from 'zod'
import { testDatabase } from '#core/testing/database'
import { loadSettings } from '#core/kernel/config'
import type { Context } from '#core/kernel/context'
import { invoke } from '#core/kernel/invoke'
import { silentLog } from '#core/kernel/log'
import type { Operation } from '#core/kernel/operation'
import { Runtime } from '#core/kernel/runtime'
import { scopesOf, type Scope } from '#core/kernel/scope'
import { appendEntries } from './append.ts'
import { signingPorts } from './ports.ts'
import type { Draft, EntryRow } from './seal.rules.ts'

/** A real database, a clock that only the test moves, and a caller for operations. */
interface Caller {
  readonly orgId?: string
  readonly scopes?: readonly Scope[]
  readonly agentId?: string | null
}

export class TestLedger {
  readonly runtime: Runtime
  readonly #close: () => Promise<void>
  #time = Date.parse('2026-01-02T03:04:05.000Z')

  private constructor(runtime: (now: () => Date) => Runtime, close: () => Promise<void>) {
    this.runtime = runtime(() => new Date(this.#time))
    this.#close = close
  }

  static async open(flags: Record<string, unknown> = { secret_key: '07'.repeat(32) }): Promise<TestLedger> {
    const database = await testDatabase()
    const settings = loadSettings({ flags, env: {}, home: '/nonexistent' })
    const ports = { fetch: globalThis.fetch }
    return new TestLedger(
      (now) => new Runtime({ handle: database.handle, settings, ports, log: silentLog, now }),
      () => database.close(),
    )
  }

  get db(): Runtime['db'] {
    return this.runtime.db
  }

  get ports(): ReturnType<typeof signingPorts> {
    return signingPorts(this.runtime)
  }

  now = (): Date => this.runtime.now()

  pass(milliseconds: number): void {
    this.#time += milliseconds
  }

  /** Makes the org itself, which admin acts need; entries alone do without. */
  async addOrg(orgId: string): Promise<void> {
    const standing = { halted_at: null, halted_by: null, halt_reason: null }
    const org = { org_id: orgId, name: orgId, created_at: this.now(), ...standing }
    await this.db.insertInto('organization').values(org).execute()
  }

  append(orgId: string, count: number, draft: Partial<Draft> = {}): Promise<readonly EntryRow[]> {
    const drafts = Array.from({ length: count }, (_, index): Draft => {
      const plain: Draft = {
        kind: 'decision',
        ref: `act_${index}`,
        at: this.now(),
        data: { index, note: 'ü "quoted" \\ {}' },
      }
      return { ...plain, ...draft }
    })
    return this.db.transaction().execute((trx) => appendEntries(trx, orgId, drafts))
  }

  call<I extends z.ZodObject, O extends z.ZodType>(
    op: Operation<I, O>,
    input: unknown = {},
    { orgId = 'org_a', scopes = scopesOf('admin'), agentId = null }: Caller = {},
  ): Promise<z.output<O>> {
    const actor: Context['actor'] = {
      orgId,
      principalId: 'key_test',
      principalName: 'test',
      kind: 'key',
      role: 'admin',
      scopes: new Set(scopes),
      agentId,
    }
    return invoke(op, this.runtime.context(actor), input)
  }

  close(): Promise<void> {
    return this.#close()
  }
}
