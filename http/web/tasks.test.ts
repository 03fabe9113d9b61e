import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Writ } from '../client/index.ts'
import { findingsOf } from './test-axe.ts'
import { testPages, type Look, type TestPages } from './test-browser.ts'
import { personOf, seedTasks } from './test-seed-work.ts'

let pages: TestPages
let person: Writ
beforeAll(async () => {
  pages = await testPages()
  person = personOf(pages.server)
  for (const agent_id of ['deploy-bot', 'coder', 'builder', 'migrator', 'billing-agent', 'many']) {
    await person.call('agents_create', { agent_id })
  }
  await seedTasks(person)
}, 180_000)
afterAll(() => pages.close())

async function open(path: string, look: Look = {}): Promise<Page> {
  const page = await (await pages.window(look)).newPage()
  await page.goto(path)
  return page
}

const column = (page: Page, status: string) => page.getByRole('region', { name: status, exact: true })
const card = (page: Page, status: string, title: string) =>
  column(page, status).getByRole('listitem').filter({ hasText: title })

test('every status is a column; a task moves over by itself as its worker goes on', async () => {
  const page = await open('/tasks', { role: 'readonly' })
  await card(page, 'running', '7 of 11 pods are new').getByText('64%').waitFor()
  await card(page, 'running', 'nightly export').getByText('attempt 2 of 3').waitFor()
  await card(page, 'queued', 'Backfill orders.region').getByText('waits for approval').waitFor()
  await card(page, 'failed', 'Upgrade the payment SDK').waitFor()
  await card(page, 'cancelled', 'Build the documentation').waitFor()
  await page.getByText('Live', { exact: true }).waitFor()
  const made = await person.call('tasks_create', { agent_id: 'builder', title: 'Build the pages', priority: 'urgent' })
  await card(page, 'queued', 'Build the pages').waitFor()
  const { lease_token } = await person.call('tasks_claim', { agent_id: 'builder' })
  await card(page, 'running', 'Build the pages').waitFor()
  await person.call('tasks_complete', { task_id: made.task.task_id, lease_token: lease_token ?? '' })
  await card(page, 'completed', 'Build the pages').waitFor()
  await page.getByLabel('Agent, by its id').fill('migrator')
  await column(page, 'running').getByText('None is running.').waitFor()
  expect(await page.locator('.task-card').count()).toBe(1)
}, 90_000)

test('a task is queued in the dialog, which says at the field what is wrong, is cancelled, and queued again', async () => {
  const page = await open('/tasks')
  await page.getByRole('button', { name: 'New task' }).click()
  const dialog = page.getByRole('dialog', { name: 'New task' })
  expect(await findingsOf(page)).toEqual([])
  await dialog.getByLabel('Agent').fill('nobody-here')
  await dialog.getByLabel('Title').fill('Tidy the bucket')
  await dialog.getByLabel('Priority').selectOption('high')
  await dialog.getByLabel('Input').fill('[1]')
  const queue = dialog.getByRole('button', { name: 'Queue the task' })
  await queue.click()
  await dialog.getByText(/must be a JSON object/).waitFor()
  await dialog.getByLabel('Input').fill('{"bucket": "logs"}')
  await queue.click()
  await dialog.getByText('Agent not found').waitFor()
  expect(await dialog.getByLabel('Agent').getAttribute('aria-invalid')).toBe('true')
  await dialog.getByLabel('Agent').fill('builder')
  await queue.click()
  await page.getByRole('heading', { name: 'Tidy the bucket', level: 1 }).waitFor()
  await page.getByRole('region', { name: 'Input as JSON' }).getByText('"bucket": "logs"').waitFor()

  await page.getByRole('button', { name: 'Cancel…' }).click()
  const cancel = page.getByRole('dialog', { name: 'Cancel this task?' })
  await cancel.getByLabel('Reason').fill('The bucket is gone.')
  await cancel.getByRole('button', { name: 'Cancel the task' }).click()
  await page.getByRole('region', { name: 'History' }).getByText('The bucket is gone.').waitFor()
  const button = page.getByRole('button', { name: /^Cancel…/ })
  expect(await button.getAttribute('aria-disabled')).toBe('true')
  expect(await findingsOf(page)).toEqual([])

  const old = page.url()
  await page.getByRole('button', { name: 'Run again…' }).click()
  await queue.click()
  await page.waitForURL((url) => url.href !== old)
  await page.getByRole('region', { name: 'Facts' }).getByText('queued').waitFor()
  await page.getByRole('region', { name: 'Facts' }).getByText('high').waitFor()
}, 90_000)

test('a task that waits for a person leads to what is asked, and to the decision once it runs', async () => {
  const page = await open('/tasks')
  await page.getByRole('link', { name: 'Backfill orders.region from the addresses' }).click()
  await page.getByRole('link', { name: 'See what is asked' }).click()
  await page.getByRole('button', { name: 'Approve', exact: true }).waitFor()
  await page.goto('/tasks')
  await page.getByRole('link', { name: 'Roll out search 2.8.1' }).click()
  await page.getByRole('region', { name: 'Output as JSON' }).getByText('"released": "search 2.8.1"').waitFor()
  await page.getByRole('link', { name: 'Started for the first time' }).click()
  await page.getByRole('heading', { name: 'Roll out search 2.8.1', level: 1 }).waitFor()
}, 90_000)

test('a reader sees why nothing can be changed', async () => {
  const page = await open('/tasks', { role: 'readonly' })
  expect(await page.getByRole('button', { name: /^New task/ }).getAttribute('aria-disabled')).toBe('true')
  await page.getByRole('link', { name: 'Close the books of last month' }).click()
  const cancel = page.getByRole('button', { name: /^Cancel…/ })
  expect(await cancel.getAttribute('title')).toMatch(/needs tasks:write/)
  await cancel.dispatchEvent('click')
  expect(await page.getByRole('dialog').count()).toBe(0)
}, 60_000)

test('a phone has one list with a filter by status', async () => {
  const page = await open('/tasks', { phone: true, scheme: 'dark' })
  await page.locator('.task-card', { hasText: 'Roll out search 2.8.1' }).waitFor()
  await page.getByLabel('Status').selectOption('failed')
  await page.locator('.task-card', { hasText: 'Roll out search 2.8.1' }).waitFor({ state: 'detached' })
  await page.locator('.task-card', { hasText: 'Upgrade the payment SDK' }).tap()
  await page.getByText('Two contract tests fail with the new version of the SDK.').first().waitFor()
  expect(await findingsOf(page)).toEqual([])
}, 60_000)

test('404 for a task that is not there', async () => {
  const page = await open('/tasks/none')
  await page.getByText('There is no task with this id').waitFor()
}, 60_000)

// Last: so many tasks push the others off the first page.
test('a column is read page by page', async () => {
  for (let n = 1; n <= 23; n += 1) await person.call('tasks_create', { agent_id: 'many', title: `Part ${n}` })
  const page = await open('/tasks?agent_id=many')
  const cards = column(page, 'queued').getByRole('listitem')
  await card(page, 'queued', 'Part 23').waitFor()
  expect(await cards.count()).toBe(20)
  await column(page, 'queued').getByRole('button', { name: 'Load more' }).click()
  await expect.poll(() => cards.count(), { timeout: 20_000 }).toBe(23)
}, 90_000)
