import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Writ } from '../client/index.ts'
import { testPages, type Look, type TestPages } from './test-browser.ts'
import { seed } from './test-seed.ts'

let pages: TestPages
let person: Writ
beforeAll(async () => {
  pages = await testPages()
  await seed(pages.server)
  person = new Writ({ baseUrl: pages.server.url, apiKey: pages.server.adminKey, agentId: 'person' })
}, 180_000)
afterAll(() => pages.close())

async function open(path: string, look: Look = {}): Promise<Page> {
  const page = await (await pages.window(look)).newPage()
  await page.goto(path)
  return page
}

const alertOf = (page: Page, text: string | RegExp) => page.getByRole('listitem').filter({ hasText: text })

test('an alert comes by itself, and whoever acknowledges it is named on every page', async () => {
  const [one, other] = [await open('/alerts', { role: 'approver' }), await open('/alerts', { phone: true })]
  for (const page of [one, other]) await alertOf(page, 'lock timeout on orders').waitFor()
  await one.getByText('Live', { exact: true }).waitFor()
  const fails = { type: 'error', agent_id: 'newcomer', error: 'no such host' }
  await person.call('telemetry_collect', { events: Array.from({ length: 5 }, () => fails) })
  await alertOf(one, 'no such host').getByRole('button', { name: 'Acknowledge' }).click()
  await alertOf(other, 'no such host')
    .getByText(/acknowledged by/)
    .waitFor()
  expect(await alertOf(one, 'no such host').getByRole('button', { name: 'Acknowledge' }).count()).toBe(0)
  await alertOf(one, 'no such host').getByRole('link', { name: 'newcomer' }).click()
  await one.getByRole('heading', { name: 'newcomer', level: 1 }).waitFor()
}, 60_000)

test('a mute holds, is told when asked again, and ends', async () => {
  const page = await open('/alerts')
  const mute = () => alertOf(page, 'lock timeout on orders').getByRole('button', { name: /^Mute/ }).click()
  const dialog = page.getByRole('dialog')
  await mute()
  await dialog.getByLabel('For').selectOption('1 day')
  await dialog.getByRole('button', { name: 'Mute', exact: true }).click()
  await page.locator('.toast', { hasText: 'Muted until' }).waitFor()
  await mute()
  await dialog.getByText(/^Muted now, until/).waitFor()
  await dialog.getByLabel('For').selectOption('no time: end it now')
  await dialog.getByRole('button', { name: 'End the mute' }).click()
  await page.locator('.toast', { hasText: 'No longer muted' }).waitFor()
}, 60_000)

test('a reader sees alerts and cannot change them', async () => {
  const page = await open('/alerts', { role: 'readonly' })
  const button = alertOf(page, 'lock timeout on orders').getByRole('button', { name: /^Acknowledge/ })
  expect(await button.getAttribute('aria-disabled')).toBe('true')
}, 60_000)

test('costs: the file has what the tables have, for the period that was chosen', async () => {
  const page = await open('/costs')
  await page.getByText(/^Today is unusually dear/).waitFor()
  await page.getByLabel('Period').selectOption('7 days')
  await page.getByRole('img', { name: /^Cost by day over 7 days/ }).waitFor()
  await page.getByText('The figures as a table').click()
  expect(await page.getByRole('region', { name: 'By day' }).locator('tbody tr').count()).toBe(7)
  await page
    .getByRole('region', { name: 'By model' })
    .getByRole('row', { name: /local-llama no price/ })
    .waitFor()
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'CSV' }).click()])
  expect(file.suggestedFilename()).toMatch(/^costs-\d{4}-\d\d-\d\d-to-\d{4}-\d\d-\d\d\.csv$/)
  const lines = (await readFile(await file.path(), 'utf8')).trim().split('\r\n')
  expect(lines.filter((line) => line.startsWith('day,'))).toHaveLength(7)
  expect(lines).toContainEqual(expect.stringMatching(/^agent,coder,Claude Code,[\d.]+,\d+,2$/))
}, 60_000)

test('an agent: its return with the interval, its drift in words, its family', async () => {
  const page = await open('/agents/deploy-bot')
  const figures = page.getByRole('region', { name: 'Cost and return' })
  await figures.getByText(/^95% between \d+% and \d+%$/).waitFor()
  await figures.getByText(/of value for/).waitFor()
  const drift = page.getByRole('region', { name: 'Drift' })
  await drift.getByText(/^"edit" among tool calls: 50\.0 % → 10\.0 %/).waitFor()
  await drift.getByText(/^\d+ of 100$/).waitFor()
  await page.getByRole('region', { name: 'Family' }).getByRole('link', { name: 'Deploy, dry runs' }).click()
  await page.getByRole('heading', { name: 'Deploy, dry runs', level: 1 }).waitFor()
  await page.getByText('It told of no task that ended in this time.').waitFor()
  expect(await page.getByRole('region', { name: 'Family' }).locator('[aria-current]').textContent()).toBe(
    'Deploy, dry runs',
  )
}, 60_000)
