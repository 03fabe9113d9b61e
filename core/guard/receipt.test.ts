import { createPublicKey, hash, verify } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { getJwks } from '#core/ledger/get-jwks.op'
import { create } from '#core/policies/create.op'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { evaluate } from './evaluate.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('a fabricated claim is blocked with a receipt that the published key verifies', async () => {
  const org = await testOrg(server.runtime, { policies: 'none' })
  const admin = await org.as('admin')
  await invoke(create, admin, { name: 'facts only', policy_type: 'non_fabrication', rules: {} })
  const answer = await invoke(evaluate, await org.as('member'), {
    agent_id: 'writer',
    action_type: 'message',
    declared_goal: 'send the offer',
    content: 'The price is $99.',
    sourceOfTruth: { allowedFacts: [{ label: 'price', value: '$42' }], requiredFacts: [] },
  })
  expect(answer).toMatchObject({ decision: 'block', non_fabrication: [{ verdict: 'block' }] })
  const receipt = answer.non_fabrication?.[0]?.['receipt'] as { payload: string; kid: string; signature: string }
  expect(JSON.parse(receipt.payload)).toMatchObject({ decision_id: answer.decision_id, issued_at: answer.evaluated_at })
  const { keys } = await invoke(getJwks, admin, { org: org.orgId })
  const jwk = keys.find(({ kid }) => kid === receipt.kid)
  const key = createPublicKey({ key: jwk as never, format: 'jwk' })
  const signature = Buffer.from(receipt.signature, 'base64url')
  expect(verify(null, Buffer.from(`writ-statement/1\n${receipt.payload}`), key, signature)).toBe(true)
  expect(verify(null, Buffer.from(`writ-statement/1\n${receipt.payload} `), key, signature)).toBe(false)
})

test('a receipt is about what the policy looked at, wherever in the request that stands', async () => {
  const org = await testOrg(server.runtime, { policies: 'none' })
  const rules = { content_path: 'tool.input.body', source_path: 'intel.facts' }
  await invoke(create, await org.as('admin'), { name: 'facts only', policy_type: 'non_fabrication', rules })
  const facts = { requiredFacts: [], allowedFacts: [{ value: '$42', label: 'price' }] }
  const answer = await invoke(evaluate, await org.as('member'), {
    action_type: 'message',
    content: 'not looked at',
    tool: { name: 'mail', input: { body: 'The price is $99.' } },
    intel: { facts },
  })
  const receipt = answer.non_fabrication?.[0]?.['receipt'] as { payload: string }
  const source = '{"allowedFacts":[{"label":"price","value":"$42"}],"requiredFacts":[]}'
  expect(JSON.parse(receipt.payload)).toMatchObject({
    content_sha256: hash('sha256', 'The price is $99.', 'hex'),
    source_sha256: hash('sha256', source, 'hex'),
  })
})
