import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Writ } from '../client/index.ts'
import { findingsOf } from './test-axe.ts'
import { testPages, type Look, type TestPages } from './test-browser.ts'
import { seedFleet } from './test-seed-fleet.ts'
import { personOf, seedCanary } from './test-seed-work.ts'

let pages: TestPages
let person: Writ
beforeAll(async () => {
  pages = await testPages()
  person = personOf(pages.server)
  await seedFleet(person)
  await seedCanary(person)
}, 180_000)
afterAll(() => pages.close())

async function open(path: string, look: Look = {}): Promise<Page> {
  const page = await (await pages.window(look)).newPage()
  await page.goto(path)
  return page
}

const traffic = (page: Page) => page.getByRole('region', { name: 'Traffic', exact: true })
const shares = (page: Page, words: string) => traffic(page).getByRole('img', { name: `Shares: ${words}` })

test('the versions stand side by side, as pictures and as a table; weights are changed and ended', async () => {
  const page = await open('/agents/deploy-bot')
  await shares(page, 'Version 1 90%, Version 2 10%').waitFor()
  await traffic(page).getByText('The figures as a table').click()
  await traffic(page)
    .getByRole('row', { name: /^Success rate 78% 92%$/ })
    .waitFor()
  await traffic(page)
    .getByRole('row', { name: /^Tasks 54 12$/ })
    .waitFor()
  const dialog = page.getByRole('dialog', { name: 'Share the work' })
  await traffic(page).getByRole('button', { name: 'Change shares…' }).click()
  await dialog.getByText('The weights make 100, which stands for 100%.').waitFor()
  const second = dialog.getByLabel('Weight of version 2 of 2')
  const save = dialog.getByRole('button', { name: /^Share it so/ })
  await second.fill('0')
  await dialog.getByRole('status').getByText('Each weight is a whole number from 1 to 1,000.').waitFor()
  expect(await save.getAttribute('aria-disabled')).toBe('true')
  await second.fill('30')
  await dialog.getByText('The weights make 120, which stands for 100%.').waitFor()
  await dialog.getByText('75%').waitFor()
  expect(await findingsOf(page)).toEqual([])
  await save.click()
  await shares(page, 'Version 1 75%, Version 2 25%').waitFor()
  const told = await person.call('agent_versions_get_traffic', { agent_id: 'deploy-bot' })
  expect(told.versions.map(({ weight }) => weight)).toEqual([90, 30])
  await traffic(page).getByRole('button', { name: 'End the canary…' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'End it' }).click()
  await traffic(page).getByText('All of its tasks and sessions go to version 2, its current one.').waitFor()
  await traffic(page).getByRole('button', { name: 'Start a canary…' }).click()
  await dialog.getByText('90%').waitFor()
  await save.click()
  await shares(page, 'Version 1 10%, Version 2 90%').waitFor()
}, 90_000)

test('a reader sees the shares, as another sets them, and cannot change them', async () => {
  const page = await open('/agents/deploy-bot', { role: 'readonly', phone: true, scheme: 'dark' })
  await traffic(page).waitFor()
  const button = traffic(page).getByRole('button', { name: /^(?:Change shares|Start a canary)…/ })
  expect(await button.getAttribute('title')).toMatch(/needs agents:write/)
  const weights = [40, 60].map((weight, n) => ({ version_id: String(n + 1), weight }))
  await person.call('agent_versions_set_traffic', { agent_id: 'deploy-bot', shares: weights })
  await shares(page, 'Version 1 40%, Version 2 60%').waitFor()
  expect(await findingsOf(page)).toEqual([])
}, 60_000)

test('an agent shows its newest events and its costs by model, which grow by themselves', async () => {
  const page = await open('/agents/coder')
  const costs = page.getByRole('region', { name: 'Costs', exact: true })
  await costs.getByRole('row', { name: /^claude-opus-4-1/ }).waitFor()
  await page.getByText(/so far$/).waitFor()
  const event = { type: 'cost', agent_id: 'coder', model: 'newest-model', cost_usd: 3.5 }
  await person.call('telemetry_collect', { events: [event] })
  await page.getByRole('region', { name: 'Latest events' }).getByText('newest-model').waitFor()
  await costs.getByRole('row', { name: /^newest-model \$3\.50/ }).waitFor()
}, 60_000)

test('the fleet has a small picture of each agent, told in words too; an agent that reports moves by itself', async () => {
  const page = await open('/fleet')
  await page
    .getByRole('img', { name: /^Cost of 14 days: \$[\d.]+, at most \$[\d.]+ a day, \$[\d.]+ today$/ })
    .first()
    .waitFor()
  const row = page.getByRole('row', { name: /^late-comer/ })
  expect(await row.count()).toBe(0)
  await page.waitForFunction(() => document.querySelector('.live.live') !== null)
  await person.call('telemetry_collect', { events: [{ type: 'heartbeat', agent_id: 'late-comer' }] })
  await row.getByRole('img', { name: 'Events of 14 days: 1, at most 1 a day, 1 today' }).waitFor()
}, 60_000)

test('costs are live: what is reported is there without a reload, for one agent by version too', async () => {
  const page = await open('/costs')
  await page.waitForFunction(() => document.querySelector('.live.live') !== null)
  const models = page.getByRole('region', { name: 'By model' })
  await models.getByRole('row').first().waitFor()
  await person.call('telemetry_collect', {
    events: [{ type: 'cost', agent_id: 'coder', model: 'told-live', cost_usd: 2.25 }],
  })
  await models.getByRole('row', { name: /^told-live \$2\.25/ }).waitFor()
  await page.getByLabel('Agent, by its id').fill('deploy-bot')
  await page.getByRole('region', { name: 'By version' }).getByRole('row').nth(2).waitFor()
  await page.getByLabel('Agent, by its id').fill('nobody')
  await page.getByText('There is no agent with this id').waitFor()
}, 60_000)
