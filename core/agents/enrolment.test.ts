import { afterAll, beforeAll, expect, test } from 'vitest'
import { create as act } from '#core/actions/create.op'
import { harmless, placeOf, recorded } from '#core/actions/test-actions'
import { evaluate } from '#core/guard/evaluate.op'
import { start } from '#core/halt/start.op'
import { stop } from '#core/halt/stop.op'
import { create as createKey } from '#core/keys/create.op'
import type { Context } from '#core/kernel/context'
import { invoke } from '#core/kernel/invoke'
import { update } from '#core/settings/update.op'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { create } from './create.op.ts'
import { heartbeat } from './heartbeat.op.ts'
import { pause } from './pause.op.ts'
import { reportConnections } from './report-connections.op.ts'
import { resume } from './resume.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

const enrolment = (admin: Context, agent_enrolment: 'open' | 'closed') =>
  invoke(update, admin, { settings: { agent_enrolment } })

async function closedOrg() {
  const org = await testOrg(server.runtime)
  const [ctx, admin] = [await org.as('member'), await org.as('admin')]
  await invoke(evaluate, ctx, { ...harmless, agent_id: 'seen' })
  await enrolment(admin, 'closed')
  return { org, ctx, admin }
}

const knownIn = async (ctx: Context) => {
  const rows = ctx.db.selectFrom('agent').select('agent_id').where('org_id', '=', ctx.actor.orgId)
  return (await rows.where('first_seen_at', 'is not', null).orderBy('agent_id').execute()).map((row) => row.agent_id)
}

test('guard blocks a stranger with what to do, on the record; who was seen before goes on', async () => {
  const { ctx, admin } = await closedOrg()
  expect((await invoke(evaluate, ctx, { ...harmless, agent_id: 'seen' })).decision).toBe('allow')
  for (let round = 0; round < 2; round += 1) {
    const refused = await invoke(evaluate, ctx, { ...harmless, agent_id: 'new' })
    expect(refused).toMatchObject({ decision: 'block', matched_policies: ['builtin:enrolment'] })
    expect(refused.reason).toContain('writ agents register')
    expect(refused.ledger.seq).toBeGreaterThan(0)
  }
  const { agent_id: _, ...unnamed } = harmless
  expect(await invoke(evaluate, ctx, unnamed)).toMatchObject({
    decision: 'block',
    reason: expect.stringContaining('names no agent'),
  })
  expect(await knownIn(ctx)).toEqual(['seen'])
  await invoke(create, admin, { agent_id: 'new' })
  expect((await invoke(evaluate, ctx, { ...harmless, agent_id: 'new' })).decision).toBe('allow')
})

test('403 AGENT_NOT_REGISTERED for actions, heartbeats and connections; a refused action is on record', async () => {
  const { ctx } = await closedOrg()
  const stranger = { code: 'AGENT_NOT_REGISTERED', message: expect.stringContaining('POST /api/agents') }
  await expect(invoke(act, ctx, { ...harmless, agent_id: 'new' })).rejects.toMatchObject({
    ...stranger,
    data: { action: { status: 'blocked' }, decision: { decision: 'block' } },
  })
  await expect(invoke(heartbeat, ctx, { agent_id: 'new' })).rejects.toMatchObject(stranger)
  await expect(invoke(reportConnections, ctx, { agent_id: 'new', connections: [] })).rejects.toMatchObject(stranger)
  expect(await knownIn(ctx)).toEqual(['seen'])
  await expect(invoke(heartbeat, ctx, { agent_id: 'seen' })).resolves.toMatchObject({ status: 'ok' })
  await expect(recorded(ctx, { agent_id: 'seen' })).resolves.toMatchObject({ status: 'running' })
})

test('a key retried under its idempotency key is decided anew once the agent is registered', async () => {
  const { ctx, admin } = await closedOrg()
  const asked = { ...harmless, agent_id: 'new', idempotency_key: 'k1' }
  await invoke(evaluate, ctx, asked)
  await expect(invoke(act, ctx, asked)).rejects.toMatchObject({ code: 'AGENT_NOT_REGISTERED' })
  await invoke(create, admin, { agent_id: 'new' })
  expect((await invoke(evaluate, ctx, asked)).decision).toBe('allow')
  expect((await invoke(act, ctx, asked)).action.status).toBe('running')
})

test('what the closing overrides: an earlier answer to a call that named no agent', async () => {
  const org = await testOrg(server.runtime)
  const [ctx, admin] = [await org.as('member'), await org.as('admin')]
  const { agent_id: _, ...unnamed } = { ...harmless, idempotency_key: 'k1' }
  expect((await invoke(evaluate, ctx, unnamed)).decision).toBe('allow')
  await enrolment(admin, 'closed')
  expect((await invoke(evaluate, ctx, unnamed)).decision).toBe('block')
})

test('a bound key is no registration by itself; making one is', async () => {
  const { org, ctx, admin } = await closedOrg()
  const bound = await org.as('member', { agentId: 'unregistered' })
  expect((await invoke(evaluate, bound, { ...harmless, agent_id: undefined })).decision).toBe('block')
  await invoke(createKey, admin, { name: 'bot', agent_id: 'bot' })
  expect((await invoke(evaluate, ctx, { ...harmless, agent_id: 'bot' })).decision).toBe('allow')
})

test('neither a pause, nor being asked while halted, makes an agent known', async () => {
  const { ctx, admin } = await closedOrg()
  await invoke(pause, admin, { agent_id: 'new' })
  await invoke(evaluate, ctx, { ...harmless, agent_id: 'new' })
  await invoke(resume, admin, { agent_id: 'new' })
  await invoke(start, admin, { reason: 'drill' })
  await invoke(evaluate, ctx, { ...harmless, agent_id: 'new' })
  await invoke(stop, admin, {})
  expect((await invoke(evaluate, ctx, { ...harmless, agent_id: 'new' })).matched_policies).toEqual([
    'builtin:enrolment',
  ])
  await expect(invoke(heartbeat, ctx, { agent_id: 'new' })).rejects.toMatchObject({ code: 'AGENT_NOT_REGISTERED' })
})

test('sixty strangers at once, five calls each: all blocked, none known', async () => {
  const { ctx } = await closedOrg()
  const calls = Array.from({ length: 300 }, (_, n) => ({ ...harmless, agent_id: `new-${n % 60}` }))
  const answers = await Promise.all(calls.map((call) => invoke(evaluate, ctx, call)))
  expect(new Set(answers.map(({ decision }) => decision))).toEqual(new Set(['block']))
  expect(await knownIn(ctx)).toEqual(['seen'])
})

test('first calls that race with the closing: whoever was let act is known, and nobody after it', async () => {
  const org = await testOrg(server.runtime)
  const [ctx, admin] = [await org.as('member'), await org.as('admin')]
  const allowed = new Map<string, number>()
  const beats = new Set<string>()
  const callers = Array.from({ length: 40 }, async (_, n) => {
    for (let call = 0; call < 5; call += 1) {
      const agent_id = `g-${n}-${call}`
      const answer = await invoke(evaluate, ctx, { ...harmless, agent_id })
      if (answer.decision === 'allow') allowed.set(agent_id, answer.ledger.seq)
    }
  })
  const beating = Array.from({ length: 20 }, async (_, n) => {
    for (let call = 0; call < 5; call += 1) {
      const agent_id = `h-${n}-${call}`
      await invoke(heartbeat, ctx, { agent_id }).then(
        () => beats.add(agent_id),
        (error: unknown) => expect(error).toMatchObject({ code: 'AGENT_NOT_REGISTERED' }),
      )
    }
  })
  await new Promise((resolve) => setTimeout(resolve, 15))
  await enrolment(admin, 'closed')
  const known = await knownIn(ctx)
  await Promise.all([...callers, ...beating])
  // The list that stood when the closing was answered is the list that stands.
  expect(await knownIn(ctx)).toEqual(known)
  expect([...allowed.keys(), ...beats].toSorted()).toEqual(known.toSorted())
  const closing = await placeOf(admin, 'settings.updated')
  expect([...allowed.values()].filter((seq) => seq > closing)).toEqual([])
})

test('opened again, strangers are let in as before', async () => {
  const { ctx, admin } = await closedOrg()
  await invoke(evaluate, ctx, { ...harmless, agent_id: 'new' })
  await enrolment(admin, 'open')
  expect((await invoke(evaluate, ctx, { ...harmless, agent_id: 'new' })).decision).toBe('allow')
  expect(await knownIn(ctx)).toEqual(['new', 'seen'])
})
