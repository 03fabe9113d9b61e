import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { SMTPServer } from 'smtp-server'
import type { AddressInfo } from 'node:net'
import { parseAllowList } from '#core/kernel/allow-list'
import { invoke } from '#core/kernel/invoke'
import { create } from '#core/notifiers/create.op'
import { test as tryOut } from '#core/notifiers/test.op'
import { testOrg, testRuntime } from '#core/testing/context'
import { createMail } from './mail.ts'

interface Taken {
  readonly from: string
  readonly to: readonly string[]
  readonly user: string | undefined
  readonly text: string
}

let smtp: SMTPServer
let port: number
const taken: Taken[] = []
beforeAll(async () => {
  smtp = new SMTPServer({
    authOptional: true,
    allowInsecureAuth: true,
    disabledCommands: ['STARTTLS'],
    onAuth({ username, password }, _session, done) {
      if (password === 'right-password') done(null, { user: username ?? '' })
      else done(new Error('Bad credentials secret-detail'))
    },
    onData(stream, { envelope, user }, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address
        const to = envelope.rcptTo.map(({ address }) => address)
        taken.push({ from, to, user: user as string | undefined, text: Buffer.concat(chunks).toString('utf8') })
        done()
      })
    },
  })
  await new Promise<void>((ready) => smtp.listen(0, '127.0.0.1', ready))
  port = (smtp.server.address() as AddressInfo).port
})
afterAll(() => new Promise<void>((closed) => smtp.close(closed)))
beforeEach(() => void taken.splice(0))

const letter = {
  id: 'ntf_1.alert_1',
  from: 'writ@example.com',
  to: ['a@example.com', 'b@example.com'],
  subject: 'S',
  text: 'Line\n\n.dot',
}
const send = (server: object, allow = '127.0.0.1') =>
  createMail(parseAllowList(allow))(
    { host: '127.0.0.1', port, security: 'none', ...server },
    letter,
    AbortSignal.timeout(10_000),
  )

test('a letter arrives with its words, its id and its sender', async () => {
  await send({ user: 'me', password: 'right-password' })
  expect(taken).toMatchObject([{ from: 'writ@example.com', to: ['a@example.com', 'b@example.com'], user: 'me' }])
  expect(taken[0]?.text).toContain('Message-ID: <ntf_1.alert_1@example.com>')
  expect(taken[0]?.text).toMatch(/Subject: S\r\n/)
})

test('a refusal tells the status and nothing that the server said; without encryption none is sent', async () => {
  await expect(send({ user: 'me', password: 'wrong' })).rejects.toThrow(/^127\.0\.0\.1 answered with status 535$/)
  await expect(send({ security: 'starttls' })).rejects.toThrow('offers no encryption')
  expect(taken).toEqual([])
})

test('a private address is refused, by number and by name', async () => {
  await expect(send({}, '')).rejects.toThrow('private or reserved')
  await expect(send({ host: 'localhost' }, '')).rejects.toThrow('private or reserved')
  expect(taken).toEqual([])
})

test('a notifier of the org sends by it', async () => {
  const allow = '127.0.0.1'
  const server = await testRuntime({
    settings: { egress_allow: allow },
    ports: { mail: createMail(parseAllowList(allow)) },
  })
  const ctx = await (await testOrg(server.runtime)).as('admin')
  const email = { host: '127.0.0.1', port, security: 'none', user: 'me', password: 'right-password' } as const
  const whole = { ...email, sender: 'writ@example.com', to: ['ops@example.com'] }
  const { notifier } = await invoke(create, ctx, { name: 'mail', email: whole })
  const { notifier_id } = notifier
  expect(await invoke(tryOut, ctx, { notifier_id })).toEqual({ delivered: true, error: null })
  expect(taken).toMatchObject([{ to: ['ops@example.com'], text: expect.stringContaining('Subject: Writ') }])
  const wrong = await invoke(create, ctx, { name: 'mail', email: { ...whole, password: 'wrong' } })
  const told = await invoke(tryOut, ctx, { notifier_id: wrong.notifier.notifier_id })
  expect(told).toEqual({ delivered: false, error: '127.0.0.1 answered with status 535' })
  await server.close()
})
