import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core'
import { scopesOf, type PersonRole } from '#core/kernel/scope'
import { accountScopes } from '#core/kernel/scope'
import type { TestInstance } from '../test-instance.ts'
import type { Session } from './api/session.ts'

export interface Look {
  readonly phone?: boolean
  readonly scheme?: 'light' | 'dark'
  /** Who is signed in; null: nobody. */
  readonly role?: PersonRole | null
}

/** The system's browser, for pages on a real server. */
export async function testBrowser(): Promise<Browser> {
  const executablePath = process.env['WRIT_TEST_CHROMIUM'] ?? '/usr/bin/chromium'
  return chromium.launch({ executablePath, args: ['--headless=new', '--no-sandbox', '--disable-dev-shm-usage'] })
}

export function stubSession(role: PersonRole): Session {
  return {
    user: { id: 'usr_test', email: 'ada@example.com', name: 'Ada Byron' },
    org: { org_id: 'org_default', name: 'Analytical Engines' },
    role,
    scopes: [...scopesOf(role), ...accountScopes],
    orgs: [
      { org_id: 'org_default', name: 'Analytical Engines', role },
      { org_id: 'org_other', name: 'Side Project', role: 'member' },
    ],
    csrf: 'test',
    second_factor: { enabled: true, verified: true, required: false },
  }
}

/** A window whose calls carry an API key and whose session is told by this test: everything else is the real server. */
export async function windowOf(browser: Browser, server: TestInstance, look: Look = {}): Promise<BrowserContext> {
  const { phone = false, scheme = 'light', role = 'owner' } = look
  const context = await browser.newContext({
    baseURL: server.url,
    viewport: phone ? { width: 375, height: 812 } : { width: 1440, height: 900 },
    deviceScaleFactor: phone ? 2 : 1,
    hasTouch: phone,
    isMobile: phone,
    colorScheme: scheme,
    reducedMotion: 'reduce',
    serviceWorkers: 'block',
    ...(role === null ? {} : { extraHTTPHeaders: { 'x-api-key': server.adminKey } }),
  })
  const state = { setup_needed: false, sso: null, session: role === null ? null : stubSession(role) }
  await context.route('**/auth/state', (route) => route.fulfill({ json: state }))
  return context
}

/** Everything a page complains about: broken policy, thrown errors, failed scripts. */
export function complaintsOf(page: Page): string[] {
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`))
  page.on('console', (message) => {
    if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) complaints.push(message.text())
  })
  return complaints
}
