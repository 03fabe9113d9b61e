import { afterAll, beforeAll, expect, test } from 'vitest'
import { list as listActivity } from '#core/activity/list.op'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { approve } from './approve.op.ts'
import { checked, readFile } from './test-tools.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

async function quarantined() {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('member')
  await checked(ctx, 'files', readFile)
  const { pin_id: id } = await checked(ctx, 'files', { ...readFile, title: 'Read' })
  return { org, id: String(id), ctx }
}

test('200 trusted from then on, recorded once however many approve it at once', async () => {
  const { org, id } = await quarantined()
  const admin = await org.as('admin')
  const answers = await Promise.all(Array.from({ length: 8 }, () => invoke(approve, admin, { id })))
  for (const { pin } of answers) {
    expect(pin).toMatchObject({ state: 'pinned', approved_by: admin.actor.principalId, reasons: [{ kind: 'changed' }] })
  }
  const { activity } = await invoke(listActivity, admin, { event: 'tool_pin.approved' })
  expect(activity).toMatchObject([{ ref: id, data: { server: 'files', tool: 'read_file', reasons: ['changed'] } }])
  const ledger = admin.db.selectFrom('ledger_entry').select('body').where('org_id', '=', org.orgId)
  expect((await ledger.execute()).filter(({ body }) => body.includes('tool_pin.approved'))).toHaveLength(1)
})

test('403 for whoever is no admin, the agent that reported it included', async () => {
  const { org, id } = await quarantined()
  for (const role of ['member', 'approver', 'readonly'] as const) {
    await expect(invoke(approve, await org.as(role), { id })).rejects.toMatchObject({ code: 'forbidden' })
  }
})

test('404 across orgs and for what there is not', async () => {
  const { org, id } = await quarantined()
  const other = await (await testOrg(server.runtime)).as('admin')
  await expect(invoke(approve, other, { id })).rejects.toMatchObject({ code: 'not_found' })
  await expect(invoke(approve, await org.as('admin'), { id: 'pin_x' })).rejects.toMatchObject({ code: 'not_found' })
})
