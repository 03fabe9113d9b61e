import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testPages, type TestPages } from './test-browser.ts'
import { seed } from './test-seed.ts'

let pages: TestPages
let context: BrowserContext
let page: Page
beforeAll(async () => {
  pages = await testPages()
  await seed(pages.server)
  context = await pages.window({ phone: true, worker: true })
  page = await context.newPage()
  await page.goto('/')
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready
  })
}, 180_000)
afterAll(() => pages.close())

test('the browser reads the manifest without a complaint and would install the app, with approvals as its first page', async () => {
  const devtools = await context.newCDPSession(page)
  const manifest = await devtools.send('Page.getAppManifest')
  expect(manifest.errors).toEqual([])
  const { start_url, display, icons } = JSON.parse(manifest.data ?? '{}') as Record<string, unknown>
  expect([start_url, display]).toEqual(['/', 'standalone'])
  for (const { src } of icons as readonly { src: string }[]) {
    expect([src, (await fetch(pages.server.url + src)).status]).toEqual([src, 200])
  }
  const { installabilityErrors } = await devtools.send('Page.getInstallabilityErrors')
  // A window of a test is a private one, which no browser installs from.
  const errors = installabilityErrors.map(({ errorId }) => errorId).filter((one) => one !== 'in-incognito')
  expect(errors).toEqual([])
})

test('the worker keeps the shell and never an answer of the server', async () => {
  for (const path of ['/', '/decisions', '/policies', '/members', '/account', '/oauth-error?error=x']) {
    await page.goto(path)
    await page.locator('h1').first().waitFor()
    await page.locator('.skeleton').first().waitFor({ state: 'detached' })
  }
  const kept = await page.evaluate(async () => {
    const found: string[] = []
    for (const name of await caches.keys()) {
      for (const { url } of await (await caches.open(name)).keys()) found.push(new URL(url).pathname)
    }
    return found
  })
  expect(kept).toContain('/')
  expect(kept.filter((path) => path !== '/' && path !== '/theme.js' && !path.startsWith('/assets/'))).toEqual([])
  const shell = await page.evaluate(async () => (await caches.match('/'))?.text())
  expect(shell).toBe(await (await fetch(`${pages.server.url}/`)).text())
})

test('started without a network it says so, and goes on by itself when asked again', async () => {
  await context.setOffline(true)
  const opened = await context.newPage()
  await opened.goto('/')
  await opened.getByText('Writ cannot be reached.').waitFor({ timeout: 20_000 })
  await context.setOffline(false)
  await opened.getByRole('button', { name: /again/i }).click()
  await opened.getByRole('link', { name: /Roll out checkout/ }).waitFor()
})
