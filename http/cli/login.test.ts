import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestBrowser } from '../oauth/test-browser.ts'
import { oauthTestServer, type OAuthTestServer, type SignedIn } from '../oauth/test-oauth.ts'
import { runCli, startCli } from './test-cli.ts'

let server: OAuthTestServer
let alice: SignedIn
const home = mkdtempSync(join(tmpdir(), 'writ-login-'))
const env = { WRIT_HOME: home }

beforeAll(async () => {
  server = await oauthTestServer()
  alice = await server.person()
})
afterAll(async () => {
  await server.close()
  rmSync(home, { recursive: true, force: true })
})

async function signIn(decision: 'allow' | 'deny'): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = startCli(['login', server.url], env)
  let [stdout, stderr] = ['', '']
  child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  const typed = new Promise<string>((resolve) => {
    child.stderr?.on('data', (chunk: Buffer) => {
      stderr += chunk.toString()
      const code = /type the code\s+(\S+)/.exec(stderr)?.[1]
      if (code !== undefined) resolve(code)
    })
  })
  const ended = once(child, 'close')
  const browser = new TestBrowser(server.url, alice)
  const lookUp = await browser.post('/oauth/device/lookup', { user_code: await typed })
  const { uid } = (await lookUp.json()) as { uid: string }
  const answer = decision === 'deny' ? { decision } : await browser.agreement(uid)
  await browser.post(`/oauth/interaction/${uid}`, answer)
  const [code] = (await ended) as [number | null]
  return { code, stdout, stderr }
}

function stored(): Record<string, { access_token: string; refresh_token: string; expires_at: number }> {
  return JSON.parse(readFileSync(join(home, 'login.json'), 'utf8')) as ReturnType<typeof stored>
}

test('a person signs in, acts, renews from two processes at once, and signs out', { timeout: 120_000 }, async () => {
  const refused = await signIn('deny')
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('not allowed in the browser')])

  const signedIn = await signIn('allow')
  expect([signedIn.code, signedIn.stdout]).toEqual([0, `Signed in to ${server.url}.\n`])
  expect(signedIn.stderr).toContain(`${server.url}/device?user_code=`)
  expect(statSync(join(home, 'login.json')).mode & 0o777).toBe(0o600)

  // Needs no address: it is the one server this person signed in to.
  const keys = await runCli(['keys', 'list', '--json'], env)
  expect([keys.code, keys.stderr]).toEqual([0, ''])

  const before = stored()
  const old = before[server.url]
  writeFileSync(join(home, 'login.json'), JSON.stringify({ [server.url]: { ...old, expires_at: 0 } }), { mode: 0o600 })
  const both = await Promise.all([runCli(['keys', 'list', '--json'], env), runCli(['policy', 'list', '--json'], env)])
  expect(both.map(({ code, stderr }) => [code, stderr])).toEqual([
    [0, ''],
    [0, ''],
  ])
  expect(stored()[server.url]?.refresh_token).not.toBe(old?.refresh_token)

  const out = await runCli(['logout'], env)
  expect([out.code, out.stdout]).toEqual([0, `Signed out of ${server.url}.\n`])
  expect(stored()).toEqual({})
  const after = await runCli(['keys', 'list', '--server', server.url], env)
  expect([after.code, after.stderr]).toEqual([1, expect.stringContaining('login')])
  expect((await runCli(['logout', server.url], env)).stderr).toContain('not signed in')
  expect((await runCli(['login', 'http://writ.example'], env)).stderr).toContain('needs https')
})
