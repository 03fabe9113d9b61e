import { afterAll, beforeAll, expect, test } from 'vitest'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { testPerson } from '#core/testing/people'
import { hashPassword } from './password.ts'
import { signIn } from './sign-in.ts'
import { codeAt, withTotp } from './test-totp.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

const PASSWORD = 'correct horse battery'
let hash: string
beforeAll(async () => {
  hash = await hashPassword(PASSWORD)
})

let block = 0
const from = () => ({ address: `198.51.100.${(block += 1)}`, userAgent: 'test' })

async function person(role: 'owner' | 'approver' = 'approver') {
  const { orgId } = await testOrg(server.runtime)
  return testPerson(server.runtime, orgId, role, { passwordHash: hash })
}

test('opens a session, whatever the case of the address; only its hash is stored', async () => {
  const { email, accountId } = await person()
  const { row, secret } = await signIn(server.runtime, {
    ...from(),
    email: ` ${email.toUpperCase()} `,
    password: PASSWORD,
  })
  expect(row.account_id).toBe(accountId)
  expect(JSON.stringify(row)).not.toContain(secret)
})

test('an unknown address, a wrong password and an account without one are told in the same words', async () => {
  const known = await person()
  const { orgId } = await testOrg(server.runtime)
  const without = await testPerson(server.runtime, orgId, 'member')
  const asked = [
    { email: 'nobody@example.com', password: PASSWORD },
    { email: known.email, password: 'wrong' },
    { email: without.email, password: PASSWORD },
  ]
  const told = await Promise.all(
    asked.map((one) => signIn(server.runtime, { ...from(), ...one }).catch((fault: unknown) => String(fault))),
  )
  expect(new Set(told)).toHaveLength(1)
  expect(told[0]).toContain('e-mail address or the password')
})

test('of thirty parallel guesses from one place, ten are looked at; the account stays open from elsewhere', async () => {
  const { email } = await person()
  const guesser = from()
  const guesses = Array.from({ length: 30 }, (_, n) =>
    signIn(server.runtime, { ...guesser, email, password: `no ${n}` }),
  )
  const codes = (await Promise.allSettled(guesses)).map((one) =>
    one.status === 'rejected' ? (one.reason as { code: string }).code : 'in',
  )
  expect(codes.filter((code) => code === 'sign_in_failed')).toHaveLength(10)
  expect(codes.filter((code) => code === 'rate_limited')).toHaveLength(20)
  await expect(signIn(server.runtime, { ...guesser, email, password: PASSWORD })).rejects.toMatchObject({
    code: 'rate_limited',
    retryAfter: expect.any(Number) as number,
  })
  await expect(signIn(server.runtime, { ...from(), email, password: PASSWORD })).resolves.toBeDefined()
  server.advance(15 * 60_000 + 1000)
  await expect(signIn(server.runtime, { ...guesser, email, password: PASSWORD })).resolves.toBeDefined()
})

test('an address that guesses at many accounts is stopped, also for accounts that do not exist', async () => {
  const guesser = from()
  const guess = (n: number) =>
    signIn(server.runtime, { ...guesser, email: `nobody-${n}@example.com`, password: 'x' }).catch(
      (fault: { code: string }) => fault.code,
    )
  const codes = []
  for (let n = 0; n < 62; n += 1) codes.push(await guess(n))
  expect(codes.filter((code) => code === 'sign_in_failed')).toHaveLength(60)
  expect(codes.slice(60)).toEqual(['rate_limited', 'rate_limited'])
})

test('the second factor is asked for after the password, and each code counts once', async () => {
  const owner = await person()
  const { secret, recoveryCodes } = await withTotp(await owner.context())
  server.advance(60_000)
  const asked = { email: owner.email, password: PASSWORD }
  await expect(signIn(server.runtime, { ...from(), ...asked, password: 'wrong' })).rejects.toMatchObject({
    code: 'sign_in_failed',
  })
  await expect(signIn(server.runtime, { ...from(), ...asked })).rejects.toMatchObject({
    code: 'second_factor_required',
  })
  const code = codeAt(secret, server.runtime.now())
  const uses = await Promise.allSettled(
    Array.from({ length: 8 }, () => signIn(server.runtime, { ...from(), ...asked, code })),
  )
  const opened = uses.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  expect(opened).toHaveLength(1)
  expect(opened[0]?.row.second_factor_at).toBeInstanceOf(Date)
  await expect(signIn(server.runtime, { ...from(), ...asked, code: recoveryCodes[0] ?? '' })).resolves.toBeDefined()
})

test('403 for a person who belongs to no org any more, 401 for one who was disabled', async () => {
  const gone = await person()
  await server.runtime.db.deleteFrom('membership').where('account_id', '=', gone.accountId).execute()
  const asked = { email: gone.email, password: PASSWORD }
  await expect(signIn(server.runtime, { ...from(), ...asked })).rejects.toMatchObject({ code: 'forbidden' })
  const off = await person()
  const disabled_at = server.runtime.now()
  await server.runtime.db.updateTable('account').set({ disabled_at }).where('id', '=', off.accountId).execute()
  await expect(signIn(server.runtime, { ...from(), email: off.email, password: PASSWORD })).rejects.toMatchObject({
    code: 'sign_in_failed',
  })
})
