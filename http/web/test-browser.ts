import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core'
import type { Settings } from '#core/kernel/config'
import type { PersonRole } from '#core/kernel/scope'
import { FIRST_ORG } from '#core/orgs/index'
import { testPerson } from '#core/testing/people'
import { testInstance, type TestInstance } from '../test-instance.ts'
import { buildWhenStale } from './build.ts'

export interface TestPages {
  readonly server: TestInstance
  readonly browser: Browser
  /** A window of its own; somebody with the role is signed in, or nobody. */
  window(look?: Look): Promise<BrowserContext>
  close(): Promise<void>
}

export interface Look {
  readonly phone?: boolean
  readonly scheme?: 'light' | 'dark'
  readonly role?: PersonRole | null
  /** With the service worker, which keeps the shell; without it a page shows what the server has now. */
  readonly worker?: boolean
}

/** The pages as they are built, on a real server, in the system's browser. */
export async function testPages(settings: Partial<Settings> = {}): Promise<TestPages> {
  await buildWhenStale()
  const server = await testInstance(settings)
  const executablePath = process.env['WRIT_TEST_CHROMIUM'] ?? '/usr/bin/chromium'
  const browser = await chromium.launch({
    executablePath,
    args: ['--headless=new', '--no-sandbox', '--disable-dev-shm-usage'],
  })
  return {
    server,
    browser,
    window: (look) => windowOf(browser, server, look),
    async close() {
      await browser.close()
      await server.close()
    },
  }
}

async function windowOf(browser: Browser, server: TestInstance, look: Look = {}): Promise<BrowserContext> {
  const { phone = false, scheme = 'light', role = 'owner', worker = false } = look
  const context = await browser.newContext({
    baseURL: server.url,
    viewport: phone ? { width: 375, height: 812 } : { width: 1440, height: 900 },
    deviceScaleFactor: phone ? 2 : 1,
    hasTouch: phone,
    isMobile: phone,
    colorScheme: scheme,
    reducedMotion: 'reduce',
    serviceWorkers: worker ? 'allow' : 'block',
  })
  if (role !== null) {
    const { secret } = await testPerson(server.runtime, FIRST_ORG, role, { operator: role === 'owner' })
    await context.addCookies([{ name: 'writ_session', value: secret, url: server.url }])
  }
  return context
}

/** Everything a page complains about: a breach of its policy, a thrown error. */
export function complaintsOf(page: Page): string[] {
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`))
  page.on('console', (message) => {
    // What the server refused is told on the page; the browser tells it here as well.
    if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) complaints.push(message.text())
  })
  return complaints
}
