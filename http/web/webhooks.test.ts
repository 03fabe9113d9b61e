import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { StubServer } from '#core/testing/stub-server'
import type { Writ } from '../client/index.ts'
import { findingsOf } from './test-axe.ts'
import { testPages, type Look, type TestPages } from './test-browser.ts'
import { personOf, receiver, RECEIVES } from './test-seed-work.ts'

let pages: TestPages
let person: Writ
let at: StubServer
beforeAll(async () => {
  pages = await testPages(RECEIVES)
  at = await receiver()
  person = personOf(pages.server)
  await person.call('agents_create', { agent_id: 'builder' })
}, 180_000)
afterAll(async () => {
  await pages.close()
  await at.close()
})

async function open(path: string, look: Look = {}): Promise<Page> {
  const page = await (await pages.window(look)).newPage()
  await page.goto(path)
  return page
}

const happens = (title: string) => person.call('tasks_create', { agent_id: 'builder', title })
const to = (path: string, events = ['task.created']) =>
  person.call('webhooks_create', { url: `${at.url}${path}`, events })
const log = (page: Page) => page.getByRole('region', { name: 'Deliveries' })

test('a webhook is made: refusals stand at their fields, the secret is shown once', async () => {
  const page = await open('/webhooks')
  await page.getByText('No webhook yet').waitFor()
  await page.getByRole('button', { name: 'New webhook' }).click()
  const dialog = page.getByRole('dialog')
  const create = dialog.getByRole('button', { name: 'Create the webhook' })
  expect(await findingsOf(page)).toEqual([])
  await dialog.getByLabel('URL').fill('https://10.0.0.1/hook')
  await dialog.getByLabel('Events').fill('task.*')
  await create.click()
  await dialog.locator('.field-error').waitFor()
  const field = dialog.getByLabel('URL')
  expect(await field.getAttribute('aria-invalid')).toBe('true')
  expect(await dialog.getByLabel('Events').getAttribute('aria-invalid')).toBeNull()
  await field.fill(`${at.url}/made`)
  await dialog.getByLabel('Events').fill('weather.changed')
  await create.click()
  await dialog.getByText('there are no events of "weather"').waitFor()
  await dialog.getByLabel('Events').fill('task.*, alert.raised')
  await create.click()
  const secret = await page.getByLabel('The secret of the webhook').last().inputValue()
  expect(secret).toMatch(/^whsec_/)
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'I have kept it' }).click()
  const row = page.getByRole('listitem').filter({ hasText: '/made' })
  await row.getByText('task.*').waitFor()
  await row.getByText('alert.raised').waitFor()
  expect(await page.content()).not.toContain(secret)
}, 90_000)

test('what was sent stands in the log with its body, and is sent again under the same id', async () => {
  const { webhook } = await to('/log')
  const page = await open(`/webhooks/${webhook.webhook_id}`)
  await log(page)
    .getByText(/^Nothing was sent yet/)
    .waitFor()
  await happens('Told to the log')
  const row = log(page).getByRole('row', { name: /^task\.created/ })
  await row.getByText('delivered').waitFor()
  await row.getByRole('button', { name: 'task.created', exact: true }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('The body that is sent').click()
  await dialog.getByRole('region', { name: 'Body' }).getByText('"title": "Told to the log"').waitFor()
  expect(await findingsOf(page)).toEqual([])
  await page.keyboard.press('Escape')
  await row.getByRole('button', { name: /^Replay/ }).click()
  await page.locator('.toast', { hasText: 'under the same id' }).waitFor()
  const ids = () => at.received.filter(({ path }) => path === '/log').map(({ headers }) => headers['webhook-id'])
  await expect.poll(ids, { timeout: 20_000 }).toHaveLength(2)
  expect(new Set(ids()).size).toBe(1)
}, 90_000)

test('a secret is rotated, and the page tells how long both sign', async () => {
  const { webhook, secret } = await to('/rotated')
  const page = await open(`/webhooks/${webhook.webhook_id}`)
  await page.getByText('one secret signs').waitFor()
  await page.getByRole('button', { name: 'Rotate secret…' }).click()
  await page.getByLabel('The former secret signs for').selectOption('7 days')
  await page.getByRole('button', { name: 'Rotate', exact: true }).click()
  await page.getByText(/^Until .+ the former secret signs as well/).waitFor()
  const next = await page.getByLabel('The secret of the webhook').last().inputValue()
  expect([next.startsWith('whsec_'), next === secret]).toEqual([true, false])
  await page.getByRole('button', { name: 'I have kept it' }).click()
  await page.getByText(/^the former secret signs as well until/).waitFor()
}, 90_000)

test('a 410 disables it, which is told by itself; it goes on when resumed, and is removed', async () => {
  const { webhook } = await to('/gone')
  const page = await open(`/webhooks/${webhook.webhook_id}`)
  await page.getByText('Live', { exact: true }).waitFor()
  await happens('Not wanted there')
  await page.getByText('disabled', { exact: true }).waitFor()
  await page.getByText(/410/).first().waitFor()
  const replay = page.getByRole('button', { name: /^Replay failed…/ })
  expect(await replay.getAttribute('title')).toBe('The webhook is disabled: resume it first.')
  await page.getByRole('button', { name: /^Resume/ }).click()
  await page.locator('.toast', { hasText: 'Active.' }).waitFor()
  await page.getByRole('button', { name: 'Remove…' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).click()
  await page.getByRole('heading', { name: 'Webhooks', level: 1 }).waitFor()
  await page.getByRole('link', { name: /\/gone$/ }).waitFor({ state: 'detached' })
}, 90_000)

test('the log is read page by page and by state; a paused webhook keeps what waits', async () => {
  const { webhook } = await to('/paged')
  for (let n = 0; n < 27; n += 1) await happens(`Event ${n}`)
  const page = await open(`/webhooks/${webhook.webhook_id}`)
  const rows = log(page).locator('tbody tr')
  await expect.poll(() => rows.count(), { timeout: 20_000 }).toBe(25)
  await log(page).getByRole('button', { name: 'Load more' }).click()
  await expect.poll(() => rows.count(), { timeout: 20_000 }).toBe(27)
  await log(page).getByLabel('State of the deliveries').selectOption('failed')
  await log(page).getByText('No delivery is failed.').waitFor()
  await page.getByRole('button', { name: /^Pause/ }).click()
  await page.getByText('Paused by a person. What waits is kept, and is sent when it is resumed.').waitFor()
}, 90_000)

test('who is no admin finds no place and no webhook', async () => {
  const page = await open('/webhooks', { role: 'approver' })
  await page.getByText('Webhooks are not for your role').waitFor()
  expect(await page.getByRole('link', { name: 'Webhooks' }).count()).toBe(0)
}, 60_000)
