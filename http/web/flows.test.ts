import { generateKeyPairSync } from 'node:crypto'
import type { Page } from 'playwright-core'
import { TOTP } from 'otpauth'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Writ } from '../client/index.ts'
import { testPages, type TestPages } from './test-browser.ts'
import { seed, WAITING } from './test-seed.ts'

let pages: TestPages
let waiting: readonly string[]
beforeAll(async () => {
  pages = await testPages()
  waiting = await seed(pages.server)
}, 180_000)
afterAll(() => pages.close())

const agentOf = (agentId: string): Writ =>
  new Writ({ baseUrl: pages.server.url, apiKey: pages.server.agentKey, agentId })

/** The real road of a waiting agent: it is woken by what the person does. */
const verdictOn = (at: number): Promise<string> =>
  agentOf(WAITING[at]?.agent_id ?? '')
    .waitForApproval(waiting[at] ?? '', { timeout: 60_000 })
    .then(
      () => 'approved',
      (error: unknown) =>
        `${error instanceof Error ? error.name : ''}: ${String(error instanceof Error ? error.message : error)}`,
    )

const toast = (page: Page, text: string) => page.locator('.toast', { hasText: text }).waitFor()

test('a thumb approves on a phone, and the waiting agent wakes', async () => {
  const context = await pages.window({ phone: true, role: 'approver' })
  const page = await context.newPage()
  const woken = verdictOn(0)
  await page.goto('/')
  await page.getByRole('link', { name: /Roll out checkout/ }).tap()
  await page.getByText('kubectl --context prod apply').waitFor()
  const button = page.getByRole('button', { name: 'Approve', exact: true })
  const box = await button.boundingBox()
  expect(box?.height).toBeGreaterThanOrEqual(48)
  expect((box?.y ?? 0) + (box?.height ?? 0)).toBeGreaterThan(700)
  await button.tap()
  await toast(page, 'Approved')
  expect(await woken).toBe('approved')
  await context.close()
}, 90_000)

test('the keyboard denies with a reason that the agent hears, and an act that somebody else settled says so', async () => {
  const context = await pages.window()
  const page = await context.newPage()
  await page.goto(`/approvals/${waiting[1]}`)
  await page.getByText('DROP COLUMN').waitFor()
  const heard = verdictOn(1)
  await page.keyboard.press('d')
  await page.getByLabel(/Why not/).fill('Archive the rows first.')
  await page.keyboard.press('Control+Enter')
  await toast(page, 'Denied')
  expect(await heard).toContain('Archive the rows first.')

  await page.goto(`/approvals/${waiting[2]}`)
  await page.getByText('POST https://api.payments.example').waitFor()
  // The answer to the list of what waits is held back: this window has not heard yet that somebody was quicker.
  await page.route('**/api/approvals?*', () => undefined)
  const person = new Writ({ baseUrl: pages.server.url, apiKey: pages.server.adminKey, agentId: 'person' })
  await person.approveAction(waiting[2] ?? '', 'allow')
  await page.keyboard.press('a')
  await page.getByText(/approved already/).waitFor()
  expect(await page.getByRole('button', { name: 'Approve', exact: true }).count()).toBe(0)
  await context.close()
}, 90_000)

test('a new act appears by itself, and is approved for a while', async () => {
  const context = await pages.window()
  const page = await context.newPage()
  await page.goto('/')
  await page.getByText('Live', { exact: true }).waitFor()
  const { action_id } = await agentOf('late-bot').createAction({
    action_type: 'deploy',
    declared_goal: 'Ship the newsletter',
    target: 'prod/newsletter',
    act: { kind: 'shell', command: 'kubectl --context prod apply -f newsletter.yaml' },
  } as never)
  await page.getByRole('link', { name: /Ship the newsletter/ }).click({ timeout: 5000 })
  await page.getByText('newsletter.yaml').waitFor()
  await page.keyboard.press('w')
  await page.getByText('15 minutes').click()
  await page.getByRole('button', { name: /Approve for 15/ }).click()
  await toast(page, 'Approved')
  await page.goto('/policies')
  await page.getByRole('link', { name: `Grant for deploy (${action_id})` }).waitFor()
  await context.close()
}, 90_000)

test('a policy is written, found wrong, mended, replayed and activated', async () => {
  const context = await pages.window()
  const page = await context.newPage()
  await page.goto('/policies/new')
  const editor = page.getByRole('textbox', { name: 'Policy in YAML' })
  await editor.click()
  const write = async (text: string): Promise<void> => {
    await page.keyboard.press('Control+a')
    await page.keyboard.insertText(text)
  }
  await write('name: No builds\npolicy_type: block_action_type\nrules:\n  action_typos: [build]\n')
  await page.locator('.check-line.unsound', { hasText: 'action_typ' }).waitFor()
  await write('name: No builds\npolicy_type: block_action_type\nrules:\n  action_types: [build]\n')
  await page.getByText('The server finds it sound.').waitFor()
  await page.getByText(/[1-9]\d* of \d+ decisions would have been different/).waitFor()
  await page.getByRole('button', { name: 'Activate…' }).click()
  await page.getByRole('button', { name: 'Activate', exact: true }).click()
  await toast(page, 'Active')
  const answer = await agentOf('builder').guard({
    action_type: 'build',
    declared_goal: 'x',
    act: { kind: 'shell', command: 'npm run build' },
  })
  expect(answer.decision).toBe('block')
  await context.close()
}, 90_000)

test('a key is shown once; a second factor is set up and then asked for', async () => {
  const context = await pages.window()
  const page = await context.newPage()
  await page.goto('/keys')
  await page.getByRole('button', { name: 'New key' }).click()
  await page.getByLabel('Name').fill('ci')
  await page.getByRole('button', { name: 'Create the key' }).click()
  const secret = await page.getByLabel('The secret key').inputValue()
  await page.getByRole('button', { name: 'I have kept it' }).click()
  const answered = await fetch(`${pages.server.url}/api/policies`, { headers: { 'x-api-key': secret } })
  expect(answered.status).toBe(200)
  expect(await page.content()).not.toContain(secret)

  await page.goto('/account')
  await page.getByLabel('New password').fill('correct horse battery')
  await page.getByRole('button', { name: 'Change the password' }).click()
  await toast(page, 'The password is changed')
  await page.getByRole('button', { name: 'Set up' }).click()
  const dialog = page.getByRole('dialog', { name: /Set up the second factor/ })
  const key = (await dialog.locator('.copyable code').textContent()) ?? ''
  const totp = new TOTP({ secret: key })
  await dialog.getByLabel('Code', { exact: true }).fill(totp.generate())
  await dialog.getByRole('button', { name: 'Confirm' }).click()
  const shown = page.getByRole('dialog', { name: 'Your recovery codes' }).locator('.codes code')
  await shown.first().waitFor()
  const codes = await shown.allTextContents()
  expect(codes.length).toBeGreaterThanOrEqual(8)
  await page.getByRole('button', { name: 'I have kept them' }).click()
  const email = (await page.locator('.page-title p').textContent()) ?? ''
  await page.locator('.org-button').click()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByLabel('E-mail').fill(email)
  await page.getByLabel('Password').fill('correct horse battery')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByLabel('Code').fill(codes[0] ?? '')
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByRole('heading', { name: 'Your account' }).waitFor()
  await context.close()
}, 120_000)

test('an invitation leads a new person in, and its token leaves the address bar', async () => {
  const [context, other] = [await pages.window(), await pages.window({ role: null })]
  const page = await context.newPage()
  await page.goto('/members')
  await page.getByRole('button', { name: 'Invite' }).click()
  await page.getByRole('button', { name: 'Make the link' }).click()
  const link = await page.getByLabel('The invitation link').inputValue()
  const theirs = await other.newPage()
  await theirs.goto(link)
  await theirs.getByText('As approver you may').waitFor()
  expect(theirs.url()).toBe(`${pages.server.url}/invitation`)
  await theirs.getByLabel('Your name').fill('Bo')
  await theirs.getByLabel('E-mail').fill('bo@example.com')
  await theirs.getByLabel('Password', { exact: true }).fill('quiet river stone')
  await theirs.getByRole('button', { name: 'Create account and join' }).click()
  await theirs.getByRole('heading', { name: /Approvals/ }).waitFor()
  expect(await theirs.getByRole('link', { name: 'Members' }).count()).toBe(0)
  await Promise.all([context.close(), other.close()])
}, 90_000)

test('a decision is proven in the browser, and everything stops at a halt', async () => {
  const context = await pages.window()
  const page = await context.newPage()
  await page.goto('/decisions?decision=block')
  await page.getByRole('link', { name: 'Clean up temporary files' }).click()
  await page.getByText('Proven').first().waitFor()
  expect(await page.locator('.proof-steps .bad').count()).toBe(0)
  expect(await page.locator('.proof-steps .good').count()).toBeGreaterThanOrEqual(2)
  await page.locator('.org-button').click()
  await page.getByRole('button', { name: 'Halt every agent…' }).click()
  await page.getByLabel('Reason').fill('An incident')
  await page.getByRole('button', { name: 'Halt everything' }).click()
  await page.getByRole('alert').filter({ hasText: 'Everything is halted' }).waitFor()
  await page.getByRole('button', { name: 'Resume…' }).click()
  await page.getByRole('button', { name: 'Resume', exact: true }).click()
  await page.getByRole('alert').filter({ hasText: 'Everything is halted' }).waitFor({ state: 'detached' })
  await context.close()
}, 90_000)

test('an agent pairs its key: an admin compares the fingerprint and lets it, a member may not', async () => {
  const { publicKey } = generateKeyPairSync('ed25519')
  const agent = agentOf('signing-bot')
  const pem = publicKey.export({ type: 'spki', format: 'pem' }) as string
  const asked = await agent.createPairing(pem, { algorithm: 'Ed25519' })
  const path = new URL(asked.pairing_url).pathname
  const member = await pages.window({ role: 'member' })
  const theirs = await member.newPage()
  await theirs.goto(path)
  await theirs.getByText(asked.pairing.fingerprint).waitFor()
  const withheld = theirs.getByRole('button', { name: 'Pair' })
  expect(await withheld.getAttribute('aria-disabled')).toBe('true')
  await withheld.click({ force: true })
  expect((await agent.call('pairings_get', { id: asked.pairing.id })).pairing.status).toBe('pending')
  await member.close()

  const context = await pages.window()
  const page = await context.newPage()
  const paired = agent.waitForPairing(asked.pairing.id, { timeout: 30_000, interval: 200 })
  await page.goto(path)
  await page.getByRole('button', { name: 'Pair' }).click()
  await page.getByRole('heading', { name: 'Paired' }).waitFor()
  expect((await paired).status).toBe('approved')
  await context.close()
}, 90_000)
