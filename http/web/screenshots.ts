/**
 * `npm run screenshots [folder]`: walks the road of a person who has only the address of a new server, on a real one in
 * a real browser, and keeps what they see, as PNG files numbered in order. Without a folder it makes one and says where.
 */
import { mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Page } from 'playwright-core'
import { testPages } from './test-browser.ts'
import { Connector } from './test-connector.ts'
import { Road } from './test-road.ts'
import { seed } from './test-seed.ts'
import { personOf, receiver, RECEIVES, seedWork } from './test-seed-work.ts'

const folder = resolve(process.argv[2] ?? mkdtempSync(join(tmpdir(), 'writ-screenshots-')))
mkdirSync(folder, { recursive: true })

/** Sights that are kept by night too. */
const ALSO_DARK = [
  'consent',
  'inbox',
  'blocked',
  'phone-inbox',
  'phone-act',
  'busy-inbox',
  'busy-phone',
  'alerts',
  'costs',
  'return',
  'fleet',
  'tasks',
  'task',
  'traffic',
  'webhooks',
  'webhook',
  'phone-tasks',
  'phone-traffic',
  'phone-alerts',
  'phone-costs',
]

let count = 0
async function keep(sight: string, page: Page): Promise<void> {
  count += 1
  const name = `${String(count).padStart(2, '0')}-${sight}`
  await shoot(page, name)
  if (!ALSO_DARK.includes(sight)) return
  await page.emulateMedia({ colorScheme: 'dark' })
  await shoot(page, `${name}-dark`)
  await page.emulateMedia({ colorScheme: 'light' })
}

async function shoot(page: Page, name: string): Promise<void> {
  await page.locator('.skeleton, .spinner').first().waitFor({ state: 'detached' })
  // Colours that change take a moment.
  await page.waitForTimeout(400)
  await page.screenshot({ path: join(folder, `${name}.png`) })
}

const pages = await testPages(RECEIVES)
const at = await receiver()
const agent = await Connector.open(pages.server.url)
try {
  const road = new Road(pages, keep)
  const owner = await road.setUp()
  const approver = await road.join(await road.invite(owner))
  const consent = await road.ask(agent)
  await road.allow(consent)
  await agent.arrived()
  await agent.enter()
  await road.block(agent, owner)
  await road.wait(agent, owner)
  await road.approve(approver)
  await road.revoke(owner)
  // The same inbox on a morning with more agents.
  await seed(pages.server)
  for (const [sight, page] of [
    ['busy-inbox', owner],
    ['busy-phone', approver],
  ] as const) {
    await page.goto('/')
    await page.getByRole('link', { name: /Roll out checkout/ }).waitFor()
    if (sight === 'busy-phone') await page.getByRole('link', { name: /Drop the unused column/ }).tap()
    await page.getByRole('button', { name: 'Approve', exact: true }).waitFor()
    await keep(sight, page)
  }
  const [hook = ''] = await seedWork(personOf(pages.server), at.url)
  for (const [kind, page] of [
    ['', owner],
    ['phone-', approver],
  ] as const) {
    await page.goto('/alerts')
    await page.getByText(/lock timeout on orders/).waitFor()
    await keep(`${kind}alerts`, page)
    await page.goto('/costs')
    await page.getByRole('img', { name: /^Cost by day/ }).waitFor()
    await keep(`${kind}costs`, page)
    await page.goto('/fleet')
    await page
      .getByRole('img', { name: /^Cost of 14 days/, includeHidden: true })
      .first()
      .waitFor({ state: 'attached' })
    await keep(`${kind}fleet`, page)
    await page.goto('/tasks')
    await page.getByText('7 of 11 pods are new').waitFor()
    await keep(`${kind}tasks`, page)
    await page.getByRole('link', { name: 'Find why the nightly export is slow' }).click()
    await page.getByRole('region', { name: 'Input as JSON' }).waitFor()
    await keep(`${kind}task`, page)
    await page.goto('/agents/deploy-bot')
    for (const [sight, name] of [
      ['traffic', 'Traffic'],
      ['return', 'Cost and return'],
      ['drift', 'Drift'],
      ['family', 'Family'],
    ] as const) {
      const section = page.getByRole('region', { name, exact: true })
      await section.waitFor()
      await section.scrollIntoViewIfNeeded()
      await keep(`${kind}${sight}`, page)
    }
  }
  await owner.goto('/webhooks')
  await owner.getByText('The receiver answered 410 Gone.').waitFor()
  await keep('webhooks', owner)
  await owner.goto(`/webhooks/${hook}`)
  await owner.getByRole('cell', { name: 'delivered' }).first().waitFor()
  await keep('webhook', owner)
} finally {
  await agent.close()
  await pages.close()
  await at.close()
}
process.stdout.write(`${count} sights in ${folder}\n`)
