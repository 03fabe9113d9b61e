import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { verifyExport } from '#core/ledger/index'
import { cli, firstClient, modernClient, type TestClient } from './test-clients.ts'
import { isIncluded, type ProvenEntry } from './test-inclusion.ts'
import { testServer, type TestServer } from './test-server.ts'

const run = promisify(execFile)

let server: TestServer
beforeAll(async () => {
  server = await testServer()
  const policy = {
    name: 'Deploys need a person',
    policy_type: 'require_approval',
    rules: { action_types: ['deploy'] },
  }
  await server.rest('POST', '/api/policies', server.admin, policy)
})
afterAll(() => server.close())

/** The command line of the person, with their own key. */
async function writ(...args: string[]): Promise<string> {
  const { command, args: all, env } = cli({ url: server.url, key: server.admin }, ...args)
  return (await run(command, all, { env })).stdout
}

describe.each([
  { sdk: 'first', over: 'http', version: '2025-11-25' },
  { sdk: 'first', over: 'cli', version: '2025-11-25' },
  { sdk: 'modern', over: 'http', version: '2026-07-28' },
  { sdk: 'modern', over: 'cli', version: '2026-07-28' },
] as const)('$sdk SDK client over $over', ({ sdk, over, version }) => {
  let client: TestClient
  beforeAll(async () => {
    const connect = sdk === 'first' ? firstClient : modernClient
    client = await connect({ url: server.url, key: server.agent, agentId: `agent-${sdk}-${over}` }, over)
  })
  afterAll(() => client.close())

  test('speaks the newest protocol it knows and finds the tools of the loop', async () => {
    expect(client.version).toBe(version)
    expect(await client.tools()).toEqual(
      expect.arrayContaining(['writ_guard', 'writ_record', 'writ_wait_for_approval', 'writ_report_outcome']),
    )
  })

  test('guard, pending, approved by a person, woken, done once, on the record', async () => {
    const act = { kind: 'shell', command: `deploy --to production --run ${sdk}-${over}` }
    const asked = { action_type: 'deploy', declared_goal: 'Release the new version', act }
    const guard = await client.call('writ_guard', asked)
    expect(guard.body).toMatchObject({ decision: 'require_approval', agent_id: `agent-${sdk}-${over}` })

    const recorded = await client.call('writ_record', { ...asked, guard_decision_id: guard.body['decision_id'] })
    const { action_id: actionId, action } = recorded.body as { action_id: string; action: { status: string } }
    expect(action.status).toBe('pending_approval')
    expect(recorded.text.at(-1)).toContain(`writ approve ${actionId}`)

    const told: (string | undefined)[] = []
    const given = { action_id: actionId, timeout_seconds: 15 }
    const waiting = client.call('writ_wait_for_approval', given, { onProgress: (message) => told.push(message) })
    await expect.poll(() => told.length, { timeout: 10_000 }).toBeGreaterThan(0)
    await writ('approve', actionId, '--reason', 'Reviewed')
    const decidedAt = performance.now()
    const waited = await waiting
    expect(waited.body).toMatchObject({ approved: true, denied: false, timed_out: false, released: true })
    expect(performance.now() - decidedAt).toBeLessThan(1000)

    const outcome = await client.call('writ_report_outcome', {
      action_id: actionId,
      status: 'completed',
      summary: 'Done',
    })
    expect(outcome).toMatchObject({ isError: false, body: { outcome: { status: 'completed' } } })
    const proof = await client.call('writ_call_operation', {
      operation: 'ledger_get_entry_proof',
      arguments: { ref: actionId },
    })
    const { entries, size, root } = proof.body as unknown as { entries: ProvenEntry[]; size: number; root: string }
    expect(entries.map(({ entry }) => entry.kind)).toEqual(expect.arrayContaining(['action', 'outcome']))
    expect(entries.map((entry) => isIncluded(entry, size, root))).not.toContain(false)
    expect(entries.map((entry) => isIncluded({ ...entry, entry: { kind: 'forged' } }, size, root))).not.toContain(true)
  })
})

test('what all of them did verifies offline', async () => {
  const { body } = await server.rest('GET', '/api/ledger/export?limit=5000', server.admin)
  const { lines } = body as unknown as { lines: string[] }
  const checkpoint = await server.rest('GET', '/api/ledger/checkpoint', server.admin)
  const { verifier_keys: trustedKeys } = checkpoint.body as unknown as { verifier_keys: string[] }
  const report = await verifyExport([Buffer.from(lines.map((line) => `${line}\n`).join(''))], { trustedKeys })
  expect(report).toMatchObject({
    ok: true,
    integrity: { ok: true },
    completeness: { ok: true },
    authenticity: { ok: true, selfAsserted: false },
  })
})
