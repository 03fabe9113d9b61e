import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { StubServer } from '#core/testing/stub-server'
import { findingsOf } from './test-axe.ts'
import { complaintsOf, testPages, type Look, type TestPages } from './test-browser.ts'
import { seed } from './test-seed.ts'
import { personOf, receiver, RECEIVES, seedWork } from './test-seed-work.ts'

let pages: TestPages
let at: StubServer
let paths: readonly string[]
beforeAll(async () => {
  pages = await testPages(RECEIVES)
  at = await receiver()
  const [waiting = ''] = await seed(pages.server)
  const [webhook] = await seedWork(personOf(pages.server), at.url)
  const headers = { 'x-api-key': pages.server.adminKey }
  const get = async (path: string) => (await (await fetch(pages.server.url + path, { headers })).json()) as never
  const { decisions } = (await get('/api/guard/decisions?limit=1')) as { decisions: { id: string }[] }
  const { tasks } = (await get('/api/tasks?limit=1&status=running')) as { tasks: { task_id: string }[] }
  const { policies } = (await get('/api/policies?limit=1')) as { policies: { id: string }[] }
  paths = [
    '/',
    `/approvals/${waiting}`,
    '/decisions',
    `/decisions/${decisions[0]?.id}`,
    '/policies',
    '/policies/new',
    `/policies/${policies[0]?.id}`,
    '/fleet',
    '/tasks',
    `/tasks/${tasks[0]?.task_id}`,
    '/webhooks',
    `/webhooks/${webhook}`,
    '/alerts',
    '/costs',
    '/costs?agent_id=deploy-bot',
    '/agents',
    '/agents/deploy-bot',
    '/keys',
    '/members',
    '/settings',
    '/account',
    '/ledger',
    '/activity',
    '/hosts',
    '/device',
    '/consent/gone',
    '/pair/gone',
  ]
}, 180_000)
afterAll(async () => {
  await pages.close()
  await at.close()
})

const outside = [
  '/sign-in',
  '/sign-in?error=sso_failed',
  '/setup?token=x',
  '/reset?token=x',
  '/invitation?token=x',
  '/oauth-error?error=invalid_client',
]

async function open(context: BrowserContext, path: string): Promise<{ page: Page; complaints: string[] }> {
  const page = await context.newPage()
  const complaints = complaintsOf(page)
  await page.goto(path)
  await page.locator('h1').first().waitFor()
  await page.locator('.skeleton, .spinner').first().waitFor({ state: 'detached' })
  return { page, complaints }
}

async function check(context: BrowserContext, path: string): Promise<readonly string[]> {
  const { page, complaints } = await open(context, path)
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  const found = await findingsOf(page)
  await page.close()
  return [...complaints, ...found, ...(wide > 0 ? [`${wide} px wider than the window`] : [])].map(
    (one) => `${path} ${one}`,
  )
}

/** Contrast hangs on the scheme and reflow on the width: two windows show every value of both. */
const looks: readonly (readonly [string, Look])[] = [
  ['a desk by day', {}],
  ['a phone by night', { phone: true, scheme: 'dark' }],
]

describe.each(looks)('on %s', (_, look) => {
  test('no page has a serious finding of axe, breaks its policy, throws, or is wider than its window', async () => {
    const [inside, outdoors] = [await pages.window(look), await pages.window({ ...look, role: null })]
    const found: string[] = []
    for (const path of paths) found.push(...(await check(inside, path)))
    for (const path of outside) found.push(...(await check(outdoors, path)))
    await Promise.all([inside.close(), outdoors.close()])
    process.stdout.write(`axe: ${paths.length + outside.length} pages, ${found.length} findings\n`)
    expect(found).toEqual([])
  }, 400_000)
})

test('dialogs and menus have no serious finding either', async () => {
  const context = await pages.window()
  const { page } = await open(context, '/keys')
  await page.getByRole('button', { name: 'New key' }).click()
  expect(await findingsOf(page)).toEqual([])
  await page.keyboard.press('Escape')
  await page
    .getByRole('button', { name: /Ad|A owner/ })
    .first()
    .click()
  expect(await findingsOf(page)).toEqual([])
  await page.keyboard.press('Escape')
  await page.keyboard.press('?')
  await page.getByRole('dialog', { name: 'Keys' }).waitFor()
  expect(await findingsOf(page)).toEqual([])
  await context.close()
}, 60_000)
