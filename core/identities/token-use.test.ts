import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { create } from '#core/actions/create.op'
import { harmless, reasonsOf, risky, settledAs } from '#core/actions/test-actions'
import { evaluate } from '#core/guard/evaluate.op'
import { getDecision } from '#core/guard/get-decision.op'
import type { Context } from '#core/kernel/context'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { TestIssuer } from './test-issuer.ts'
import { sweepTokenUses } from './token-use.ts'

let server: TestRuntime
let issuer: TestIssuer
beforeAll(async () => {
  server = await testRuntime({ ports: { fetch: globalThis.fetch }, settings: { egress_allow: '127.0.0.1' } })
  issuer = await TestIssuer.start(server.runtime.now)
})
afterAll(async () => {
  await issuer.close()
  await server.close()
})

async function memberUnder(settings: object = {}): Promise<Context> {
  const org = await testOrg(server.runtime)
  await issuer.trustedBy(await org.as('admin'), settings)
  return org.as('member')
}
const ask = (ctx: Context, identityToken: string, more: object = {}) =>
  invoke(evaluate, { ...ctx, identityToken }, { ...harmless, ...more })

test('of a hundred calls at once with one token exactly one is accepted', { timeout: 60_000 }, async () => {
  const ctx = await memberUnder()
  const token = await issuer.token({ jti: 'once' })
  const calls = Array.from({ length: 100 }, (_, n) => ask(ctx, token, { declared_goal: `call ${n}` }))
  const answers = await Promise.all(calls)
  const accepted = answers.filter((answer) => answer.decision === 'allow')
  expect(accepted).toMatchObject([{ replay_status: 'unique', verification_status: 'verified' }])
  const refused = answers.filter((answer) => answer.decision === 'block')
  expect(refused).toHaveLength(99)
  expect(new Set(refused.map((answer) => answer.replay_status))).toEqual(new Set(['replayed']))
  expect(refused[0]).toMatchObject({ matched_policies: ['builtin:identity_replay'], verification_status: 'verified' })
})

test('of a hundred actions at once with one token exactly one is made', { timeout: 60_000 }, async () => {
  const ctx = { ...(await memberUnder()), identityToken: await issuer.token({ jti: 'one action' }) }
  const calls = Array.from({ length: 100 }, (_, n) => invoke(create, ctx, { ...harmless, declared_goal: `call ${n}` }))
  const results = await Promise.allSettled(calls)
  expect(settledAs(results, 'fulfilled')).toBe(1)
  expect(new Set(reasonsOf(results).map((one) => (one as { code: string }).code))).toEqual(new Set(['blocked']))
})

test('the same jti counts for itself in another org and by another issuer', async () => {
  const other = await TestIssuer.start(server.runtime.now)
  const both = [issuer, other].map(({ url }) => ({ issuer: url }))
  const token = await issuer.token({ jti: 'shared' })
  const [a, b] = [await memberUnder({ identity_issuers: both }), await memberUnder()]
  expect(await ask(a, token)).toMatchObject({ replay_status: 'unique' })
  expect(await ask(b, token)).toMatchObject({ replay_status: 'unique' })
  expect(await ask(a, await other.token({ jti: 'shared' }))).toMatchObject({ replay_status: 'unique' })
  expect(await ask(a, token)).toMatchObject({ replay_status: 'replayed', decision: 'block' })
  await other.close()
})

test.each([
  ['off', 'disabled', 'disabled', 'disabled'],
  ['best_effort', 'unique', 'replayed', 'not_present'],
  ['required', 'unique', 'replayed', 'not_present'],
])('mode %s', async (identity_replay, first, second, without) => {
  const ctx = await memberUnder({ identity_replay })
  const token = await issuer.token({ jti: identity_replay })
  const decisionOf = (bad: boolean) => (bad ? 'block' : 'allow')
  expect(await ask(ctx, token)).toMatchObject({ replay_status: first, decision: 'allow' })
  expect(await ask(ctx, token)).toMatchObject({ replay_status: second, decision: decisionOf(second === 'replayed') })
  for (const jti of [undefined, '', 7, 'x'.repeat(1025), 'a\0b']) {
    const answer = await ask(ctx, await issuer.token({ jti: jti as string }))
    expect(answer).toMatchObject({ replay_status: without, decision: decisionOf(identity_replay === 'required') })
  }
  const far = await issuer.token({ exp: Math.floor(server.runtime.now().getTime() / 1000) + 100_000 })
  expect(await ask(ctx, far)).toMatchObject({
    verification_status: 'exp_too_far',
    replay_status: identity_replay === 'off' ? 'disabled' : 'exp_too_far',
    decision: decisionOf(identity_replay !== 'off'),
  })
  expect(await invoke(evaluate, ctx, harmless)).toMatchObject({ replay_status: 'not_applicable', decision: 'allow' })
  const bad = (await issuer.token()).slice(0, -8)
  expect(await ask(ctx, bad)).toMatchObject({
    verification_status: 'failed',
    replay_status: 'not_applicable',
    decision: decisionOf(identity_replay === 'required'),
  })
})

test('when it cannot be found out: unavailable, which blocks where it is required', async () => {
  for (const [identity_replay, decision] of [
    ['best_effort', 'allow'],
    ['required', 'block'],
  ]) {
    const ctx = await memberUnder({ identity_replay })
    await sql`alter table identity_token_use rename to elsewhere`.execute(server.runtime.db)
    const answer = await ask(ctx, await issuer.token({ jti: 'nowhere' }))
    await sql`alter table elsewhere rename to identity_token_use`.execute(server.runtime.db)
    expect(answer).toMatchObject({ replay_status: 'unavailable', decision })
  }
})

test('a token goes on from the question to the action that answers it, once', async () => {
  const ctx = { ...(await memberUnder()), identityToken: await issuer.token({ jti: 'goes on' }) }
  const asked = await invoke(evaluate, ctx, harmless)
  const calls = Array.from({ length: 8 }, () =>
    invoke(create, ctx, { ...harmless, guard_decision_id: asked.decision_id }),
  )
  const results = await Promise.allSettled(calls)
  expect(settledAs(results, 'fulfilled')).toBe(1)
  const made = results.find((result) => result.status === 'fulfilled')?.value
  expect(made).toMatchObject({ action: { replay_status: 'unique', verification_status: 'verified' } })
  // Not to another act, and not from what was a replay itself.
  await expect(invoke(create, ctx, { ...harmless, declared_goal: 'another' })).rejects.toMatchObject({
    code: 'blocked',
  })
  const again = await invoke(evaluate, ctx, { ...harmless, declared_goal: 'third' })
  const third = { ...harmless, declared_goal: 'third', guard_decision_id: again.decision_id }
  await expect(invoke(create, ctx, third)).rejects.toMatchObject({ code: 'blocked' })
})

test('a retry with an idempotency key answers with the first decision and uses up nothing', async () => {
  const ctx = await memberUnder()
  const token = await issuer.token({ jti: 'retried' })
  const body = { idempotency_key: 'k1' }
  const answers = await Promise.all(Array.from({ length: 8 }, () => ask(ctx, token, body)))
  const first = answers.find((answer) => !answer.idempotent_replay && answer.replay_status === 'unique')
  const retried = await ask(ctx, await issuer.token({ jti: 'fresh' }), body)
  expect(first).toBeDefined()
  expect(answers.filter((answer) => answer.idempotent_replay)).toHaveLength(7)
  expect(retried).toMatchObject({ idempotent_replay: true, verification_status: 'verified', verified_by: 'token' })
  expect(await ask(ctx, await issuer.token({ jti: 'fresh' }))).toMatchObject({ replay_status: 'unique' })
  // What was answered to an agent that proved who it is, another caller of the org is not told.
  const claimed = { ...harmless, ...body, agent_id: 'proven-agent' }
  await expect(invoke(evaluate, ctx, claimed)).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' })
})

test('actions at once with one key and one token are one action', async () => {
  const ctx = { ...(await memberUnder()), identityToken: await issuer.token({ jti: 'one key' }) }
  const body = { ...harmless, idempotency_key: 'one' }
  const made = await Promise.all(Array.from({ length: 8 }, () => invoke(create, ctx, body)))
  expect(new Set(made.map(({ action_id }) => action_id)).size).toBe(1)
  expect(made[0]?.action).toMatchObject({ status: 'running', replay_status: 'unique' })
})

test('once the key is forgotten, its request is a replay like any other', async () => {
  const ctx = await memberUnder()
  const exp = Math.floor(server.runtime.now().getTime() / 1000) + 3600
  const token = await issuer.token({ jti: 'late', exp })
  expect(await ask(ctx, token, { idempotency_key: 'late' })).toMatchObject({ decision: 'allow' })
  server.advance(11 * 60_000)
  expect(await ask(ctx, token, { idempotency_key: 'late' })).toMatchObject({
    replay_status: 'replayed',
    decision: 'block',
  })
})

test('a replay is on record, in the decision and on the ledger', async () => {
  const ctx = { ...(await memberUnder()), identityToken: await issuer.token({ jti: 'recorded' }) }
  await invoke(evaluate, ctx, harmless)
  const replayed = await invoke(evaluate, ctx, risky)
  expect(replayed.reasons[0]).toContain('replayed')
  const { decision } = await invoke(getDecision, ctx, { decision_id: replayed.decision_id })
  expect(decision).toMatchObject({ replay_status: 'replayed', jti: 'recorded', verification_status: 'verified' })
  const entry = await ctx.db
    .selectFrom('ledger_entry')
    .select('body')
    .where('org_id', '=', ctx.actor.orgId)
    .where('ref', '=', replayed.decision_id)
    .executeTakeFirstOrThrow()
  expect(JSON.parse(entry.body)).toMatchObject({
    data: {
      verification_status: 'verified',
      replay_status: 'replayed',
      act_status: 'not_present',
      verified_by: 'token',
      issuer: issuer.url,
    },
  })
})

test('what has ended is forgotten, the rest kept', async () => {
  const ctx = await memberUnder()
  const now = Math.floor(server.runtime.now().getTime() / 1000)
  await ask(ctx, await issuer.token({ jti: 'short', exp: now + 60 }))
  await ask(ctx, await issuer.token({ jti: 'long', exp: now + 3600 }))
  const left = async () =>
    (await ctx.db.selectFrom('identity_token_use').selectAll().where('org_id', '=', ctx.actor.orgId).execute()).length
  await sweepTokenUses(server.runtime)
  expect(await left()).toBe(2)
  server.advance(190_000)
  await sweepTokenUses(server.runtime)
  expect(await left()).toBe(1)
})
