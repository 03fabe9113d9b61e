import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { create } from '#core/actions/create.op'
import { get as getAction } from '#core/actions/get.op'
import { catastrophic, harmless, risky } from '#core/actions/test-actions'
import { decide } from '#core/approvals/decide.op'
import { actBindingHash } from '#core/identities/act-binding.rules'
import { TestIssuer } from '#core/identities/test-issuer'
import type { Context } from '#core/kernel/context'
import { invoke } from '#core/kernel/invoke'
import { update } from '#core/settings/update.op'
import { testOrg, testRuntime, type TestOrg, type TestRuntime } from '#core/testing/context'
import { evaluate } from './evaluate.op.ts'

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

async function orgUnder(settings: object = {}): Promise<TestOrg & { admin: Context; member: Context }> {
  const org = await testOrg(server.runtime)
  const admin = await org.as('admin')
  await issuer.trustedBy(admin, settings)
  return { ...org, admin, member: await org.as('member') }
}
const none = { replay_status: 'not_applicable', act_status: 'not_applicable' }

describe('who speaks', () => {
  test('without issuers a token is nothing: as ever', async () => {
    const member = await (await testOrg(server.runtime)).as('member')
    const asked = issuer.asked.length
    const answer = await invoke(evaluate, { ...member, identityToken: await issuer.token() }, harmless)
    expect(answer).toMatchObject({ ...none, decision: 'allow', agent_id: 'a1', verification_status: 'unverified' })
    const garbage = await invoke(evaluate, { ...member, identityToken: 'eyJ.e.x' }, { ...harmless, declared_goal: 'b' })
    expect(garbage).toMatchObject({ decision: 'allow', verification_status: 'unverified', verified_by: null })
    expect(issuer.asked).toHaveLength(asked)
  })

  test('a verified subject and name replace what the body says, in guard and in actions', async () => {
    const { member } = await orgUnder()
    const ctx = async () => ({ ...member, identityToken: await issuer.token({ sub: 'bot', agent_name: 'The Bot' }) })
    const body = { ...harmless, agent_name: 'Mallory' }
    const who = { agent_id: 'bot', agent_name: 'The Bot', verification_status: 'verified' }
    expect(await invoke(evaluate, await ctx(), body)).toMatchObject({ ...who, verified_by: 'token' })
    const { action, decision } = await invoke(create, await ctx(), { ...body, declared_goal: 'other' })
    expect(decision).toMatchObject(who)
    expect(action).toMatchObject({ ...who, verified: false, replay_status: 'not_present' })
    const { agent_id: _, ...nameless } = body
    expect((await invoke(create, await ctx(), nameless)).action).toMatchObject(who)
  })

  test('a key bound to another agent stays bound: 403, and nothing is used up', async () => {
    const org = await orgUnder()
    const token = await issuer.token({ sub: 'bot', jti: 'kept' })
    const other = { ...(await org.as('member', { agentId: 'other' })), identityToken: token }
    const { agent_id: _, ...nameless } = harmless
    for (const body of [nameless, { ...nameless, agent_id: 'other' }, { ...nameless, agent_id: 'bot' }]) {
      await expect(invoke(evaluate, other, body)).rejects.toMatchObject({ code: 'AGENT_MISMATCH', status: 403 })
      await expect(invoke(create, other, body)).rejects.toMatchObject({ code: 'AGENT_MISMATCH', status: 403 })
    }
    const same = { ...(await org.as('member', { agentId: 'bot' })), identityToken: token }
    expect(await invoke(evaluate, same, nameless)).toMatchObject({ verified_by: 'token', agent_id: 'bot' })
  })

  test('a bound key alone is verified by its credential, unless it brings a bad token', async () => {
    const org = await orgUnder()
    const bound = await org.as('member', { agentId: 'a1' })
    expect(await invoke(evaluate, bound, harmless)).toMatchObject({
      ...none,
      verification_status: 'verified',
      verified_by: 'credential',
    })
    const bad = { ...bound, identityToken: (await issuer.token({ sub: 'a1' })).slice(0, -9) }
    expect(await invoke(evaluate, bad, harmless)).toMatchObject({ verification_status: 'failed', verified_by: null })
  })

  test('a dead issuer takes nothing away and proves nothing', async () => {
    const dead = await TestIssuer.start(server.runtime.now)
    const { member } = await orgUnder({ identity_issuers: [{ issuer: dead.url }] })
    const identityToken = await dead.token()
    await dead.close()
    const answer = await invoke(evaluate, { ...member, identityToken }, harmless)
    expect(answer).toMatchObject({ ...none, decision: 'allow', agent_id: 'a1', verification_status: 'unverified' })
  })

  test.each(['identity_replay', 'identity_act_binding'])(
    '%s required: what cannot be verified is blocked',
    async (mode) => {
      const dead = await TestIssuer.start(server.runtime.now)
      const issuers = [{ issuer: issuer.url }, { issuer: dead.url }]
      const { member } = await orgUnder({ [mode]: 'required', identity_issuers: issuers })
      const tokens = [await dead.token(), (await issuer.token()).slice(0, -9), await issuer.token({ exp: 1 })]
      await dead.close()
      for (const identityToken of tokens) {
        expect(await invoke(evaluate, { ...member, identityToken }, harmless)).toMatchObject({ decision: 'block' })
      }
      expect(await invoke(evaluate, member, harmless)).toMatchObject({ decision: 'allow' })
    },
  )
})

describe('require_verified_identity', () => {
  test.each(['off', 'warn', 'require_approval', 'block'])('%s', async (level) => {
    const org = await orgUnder({ require_verified_identity: level })
    const held = level === 'off' ? 'allow' : level
    const plain = await invoke(evaluate, org.member, harmless)
    expect(plain).toMatchObject({
      decision: held,
      matched_policies: level === 'off' ? [] : ['builtin:verified_identity'],
    })
    const proven = { ...org.member, identityToken: await issuer.token() }
    expect(await invoke(evaluate, proven, harmless)).toMatchObject({ decision: 'allow', matched_policies: [] })
    expect(await invoke(evaluate, proven, catastrophic)).toMatchObject({ decision: 'block' })
    const bound = await org.as('member', { agentId: 'a1' })
    expect(await invoke(evaluate, bound, harmless)).toMatchObject({ decision: 'allow' })
  })

  test('the setting holds from the next call on, whatever is in memory', async () => {
    const { admin, member } = await orgUnder()
    expect(await invoke(evaluate, member, harmless)).toMatchObject({ decision: 'allow' })
    await invoke(update, admin, { settings: { require_verified_identity: 'block' } })
    expect(await invoke(evaluate, member, harmless)).toMatchObject({ decision: 'block' })
  })

  test('an issuer that is taken off the list is believed no longer', async () => {
    const { admin, member } = await orgUnder({ require_verified_identity: 'block' })
    const ctx = { ...member, identityToken: await issuer.token() }
    expect(await invoke(evaluate, ctx, harmless)).toMatchObject({ decision: 'allow' })
    await invoke(update, admin, { settings: { identity_issuers: [{ issuer: 'https://other.example' }] } })
    expect(await invoke(evaluate, ctx, harmless)).toMatchObject({
      decision: 'block',
      verification_status: 'unknown_issuer',
    })
  })

  /** An act that a person allowed to a verified agent, under an org that has asked for verified ones since. */
  async function allowedThen(require_verified_identity: string) {
    const { admin, member } = await orgUnder({ identity_replay: 'off' })
    const proven = { ...member, identityToken: await issuer.token({ sub: 'a1' }) }
    const { action_id } = await invoke(create, proven, risky)
    await invoke(decide, admin, { action_id, decision: 'allow' })
    await invoke(update, admin, { settings: { require_verified_identity } })
    const released = async () => (await invoke(getAction, admin, { action_id })).action.released_at
    return { member, proven, action_id, released }
  }

  test('what a verified agent was allowed is not handed to its namesake', async () => {
    const { member, proven, action_id, released } = await allowedThen('block')
    expect(await invoke(evaluate, member, risky)).toMatchObject({ decision: 'block' })
    await expect(invoke(create, member, risky)).rejects.toMatchObject({ code: 'blocked' })
    expect(await released()).toBeNull()
    expect(await invoke(create, proven, risky)).toMatchObject({ resumed: true, action_id })
    expect(await released()).not.toBeNull()
  })

  test('where a person is asked about its namesake, they are asked anew', async () => {
    const { member, action_id, released } = await allowedThen('require_approval')
    expect(await invoke(evaluate, member, risky)).toMatchObject({ decision: 'require_approval' })
    const made = await invoke(create, member, risky)
    expect(made.action).toMatchObject({ status: 'pending_approval', verification_status: 'unverified' })
    expect(made.action_id).not.toBe(action_id)
    expect(await released()).toBeNull()
  })
})

describe('tokens bound to an act', () => {
  const act = { ...harmless, target: 'repo' }
  const hash = actBindingHash({ action: act.action_type, goal: act.declared_goal, target: 'repo' })
  const bound = (value: unknown, claim = 'urn:writ:act-binding') => ({ [claim]: value })
  const sound = { typ: 'action-binding/v1', hash }

  test.each([
    ['match', bound(sound), act, ['allow', 'allow', 'allow']],
    ['match', bound(sound, 'urn:dashclaw:act-binding'), act, ['allow', 'allow', 'allow']],
    ['mismatch', bound(sound), { ...act, target: 'other' }, ['allow', 'block', 'block']],
    ['not_present', {}, act, ['allow', 'allow', 'block']],
    ['unsupported_typ', bound({ typ: 'v9', hash }), act, ['allow', 'allow', 'block']],
    ['ctx_incomplete', bound(sound), harmless, ['allow', 'allow', 'block']],
  ])('%s', async (act_status, claims, body, decisions) => {
    for (const [n, identity_act_binding] of ['off', 'best_effort', 'required'].entries()) {
      const { member } = await orgUnder({ identity_act_binding })
      const answer = await invoke(evaluate, { ...member, identityToken: await issuer.token(claims) }, body)
      const matched_policies = decisions[n] === 'block' ? ['builtin:act_binding'] : []
      expect(answer).toMatchObject({ act_status, decision: decisions[n], matched_policies })
    }
  })

  test('the reason comes first, and a bad token’s claims are not read', async () => {
    const { member } = await orgUnder()
    const identityToken = await issuer.token(bound(sound))
    const answer = await invoke(evaluate, { ...member, identityToken }, { ...catastrophic, target: 'x' })
    expect(answer.reasons[0]).toContain('mismatch')
    const cut = { ...member, identityToken: identityToken.slice(0, -9) }
    expect(await invoke(evaluate, cut, act)).toMatchObject({
      act_status: 'not_applicable',
      verification_status: 'failed',
    })
  })
})
