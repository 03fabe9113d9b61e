import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { decide } from '#core/approvals/decide.op'
import { list as listApprovals } from '#core/approvals/list.op'
import type { Context } from '#core/kernel/context'
import { invoke } from '#core/kernel/invoke'
import { operations } from '#core/registry.gen'
import { testOrg } from '#core/testing/context'
import { testServer, type TestServer } from '#http/test-server'
import { TestGate } from '../hooks/test-gate.ts'
import { CLIENTS, TestClient, trusting, versionOf } from './test-clients.ts'
import { testModel, type TestModel } from './test-model.ts'

const PATIENCE = { timeout: 120_000 }

/** Real clients cost a download of 200 MB: they are used where they are installed. */
const versions = new Map(CLIENTS.map((name) => [name, versionOf(name)]))
for (const [name, version] of versions) {
  const words = version === null ? 'is not installed, so its tests are skipped; npm run try:hosts brings it' : version
  process.stdout.write(`${name} ${words}\n`)
}

describe.each(CLIENTS.filter((name) => versions.get(name) === null))('%s', () => {
  // oxlint-disable-next-line vitest/no-disabled-tests -- told above: the client is not on this machine
  test.skip('is not installed', () => undefined)
})

describe.each(CLIENTS.filter((name) => versions.get(name) !== null))('%s', (name) => {
  let server: TestServer
  let model: TestModel
  let client: TestClient
  let gate: TestGate
  let admin: Context
  let orgId: string
  beforeAll(async () => {
    model = await testModel()
  })
  afterAll(() => model.close())
  beforeEach(async () => {
    server = await testServer(operations)
    const org = await testOrg(server.runtime)
    orgId = org.orgId
    admin = await org.as('admin')
    client = new TestClient(name, model)
    gate = new TestGate({
      host: name === 'claude' ? 'claude-code' : 'codex',
      url: server.url,
      key: await server.key({ role: 'member', agentId: 'coder' }, orgId),
    })
    client.hooks((event) => `/bin/sh '${gate.dir}/gate.sh' ${event} || exit 2`)
  })
  afterEach(async () => {
    await server.close()
    client.remove()
    gate.remove()
  })

  const made = (file: string) => existsSync(join(client.project, file))

  async function approveOne(): Promise<number> {
    const { approvals } = await invoke(listApprovals, admin, { state: 'pending' })
    for (const { action_id } of approvals) await invoke(decide, admin, { action_id, decision: 'allow' })
    return approvals.length
  }

  test('a forbidden command is not run and the model is told why; everyday work goes on', PATIENCE, async () => {
    await client.run(['touch fine', 'touch never && rm -rf ~/.ssh /'], trusting[name])
    expect([made('fine'), made('never')]).toEqual([true, false])
    expect(model.results[1]).toContain('Writ: blocked: ')
  })

  test('an approval lets the waiting call run; without one the call is refused with its id', PATIENCE, async () => {
    const risky = 'git init -q . ; git reset --hard && touch approved ; true'
    await client.run([risky], trusting[name])
    expect(model.results[0]).toMatch(/writ approve act_/)
    expect(await approveOne()).toBe(1)
    await client.run([risky, risky], trusting[name])
    expect(model.results[0]).not.toContain('Writ:')
    expect(model.results[1]).toMatch(/writ approve act_/)
  })

  test('bypassing the permissions of the client does not bypass the gate', PATIENCE, async () => {
    const bypass = name === 'claude' ? ['--permission-mode', 'bypassPermissions'] : []
    await client.run(['touch never && rm -rf /'], [...trusting[name], ...bypass])
    expect(made('never')).toBe(false)
    expect(model.results[0]).toContain('Writ: blocked: ')
  })

  test('without a server nothing runs, and the model is told what to do', PATIENCE, async () => {
    for (const file of ['gate.conf', 'gate.json'])
      gate.write(file, gate.read(file).replace(server.url, 'http://127.0.0.1:9'))
    await client.run(['touch never'], trusting[name])
    expect(made('never')).toBe(false)
    expect(model.results[0]).toContain('no server answers')
    expect(gate.queued()).toHaveLength(1)
  })

  test('tokens of the session land on it, each answer once', PATIENCE, async () => {
    await client.run(['true', 'true'], trusting[name])
    const rows = await server.runtime.db
      .selectFrom('guard_session')
      .select(['tokens', 'decisions'])
      .where('org_id', '=', orgId)
      .execute()
    // Three answers of 100 tokens in and 20 out.
    expect(rows.map(({ tokens, decisions }) => [Number(tokens), decisions])).toEqual([[360, 2]])
  })
})
