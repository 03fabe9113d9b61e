import type { Page } from 'playwright-core'
import type { Scope } from '#core/kernel/scope'
import { scopeWords } from '../oauth/scopes.rules.ts'
import type { TestPages } from './test-browser.ts'
import type { Connector } from './test-connector.ts'

/** Called at every sight on the road, with the page as a person sees it then. */
export type Look = (sight: string, page: Page) => Promise<void>

export const OWNER = { name: 'Ada Byrne', email: 'ada@acme.example', password: 'quiet river stone' }
export const APPROVER = { name: 'Bo Lind', email: 'bo@acme.example', password: 'seven green lamps' }

export const DESTROYS = {
  action_type: 'cleanup',
  declared_goal: 'Free some disk space',
  act: { kind: 'shell', command: 'rm -rf / --no-preserve-root' },
}
export const DISCARDS = {
  action_type: 'cleanup',
  declared_goal: 'Throw the failed attempt away and start again',
  target: 'repo/checkout',
  act: { kind: 'shell', command: 'git reset --hard HEAD~3 && git clean -fdx' },
}

const REASONING = 'The migration was half applied to the working tree; starting from the last good commit is safer.'

const ignore: Look = () => Promise.resolve()

/** All that people who have only the address of a new server do until an agent works under their eyes, and no longer. */
export class Road {
  readonly #pages: TestPages
  readonly #look: Look

  constructor(pages: TestPages, look: Look = ignore) {
    this.#pages = pages
    this.#look = look
  }

  /** The owner's account, by the link of the first start; answers the owner's page. */
  async setUp(): Promise<Page> {
    const page = await this.#somebody()
    await page.goto(this.#pages.server.setupUrl)
    await page.getByLabel('Your name').fill(OWNER.name)
    await page.getByLabel('E-mail').fill(OWNER.email)
    await page.getByLabel('Password', { exact: true }).fill(OWNER.password)
    await page.getByLabel('Organization').fill('Acme')
    await this.#look('set-up', page)
    await page.getByRole('button', { name: 'Create the owner account' }).click()
    await page.getByText('Nothing waits for you').waitFor()
    await page.getByText('Live', { exact: true }).waitFor()
    await this.#look('first-page', page)
    return page
  }

  /** The link that lets an approver in. */
  async invite(owner: Page): Promise<string> {
    await owner.goto('/members')
    await owner.getByRole('button', { name: 'Invite' }).click()
    await owner.getByLabel('E-mail').fill(APPROVER.email)
    await this.#look('invite', owner)
    await owner.getByRole('button', { name: 'Make the link' }).click()
    const link = await owner.getByLabel('The invitation link').inputValue()
    await this.#look('invitation-link', owner)
    await owner.getByRole('button', { name: 'Done' }).click()
    return link
  }

  /** The approver joins on their phone; answers their page. */
  async join(link: string): Promise<Page> {
    const page = await this.#somebody(true)
    await page.goto(link)
    await page.getByLabel('Your name').fill(APPROVER.name)
    await page.getByLabel('Password', { exact: true }).fill(APPROVER.password)
    await this.#look('invitation', page)
    await page.getByRole('button', { name: 'Create account and join' }).tap()
    await page.getByText('Nothing waits for you').waitFor()
    return page
  }

  /** The agent's host sends its person to the server, in a browser that is not signed in; they stand before consent. */
  async ask(connector: Connector): Promise<Page> {
    const page = await this.#somebody()
    await page.goto(await connector.askToSignIn())
    await page.getByRole('heading', { name: 'Sign in to Writ' }).waitFor()
    await page.getByLabel('E-mail').fill(OWNER.email)
    await page.getByLabel('Password').fill(OWNER.password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('heading', { name: /^Let Claude Code/ }).waitFor()
    return page
  }

  /** Gives less than was asked for. */
  async allow(page: Page, without: Scope = 'assumptions:write'): Promise<void> {
    await page.getByLabel(scopeWords[without]).uncheck()
    await this.#look('consent', page)
    await page.getByRole('button', { name: 'Allow' }).click()
  }

  /** The first act is catastrophic: nobody is asked, and everybody sees why. */
  async block(connector: Connector, owner: Page): Promise<Readonly<Record<string, unknown>>> {
    const answer = await connector.call('writ_guard', DESTROYS)
    await owner.goto('/decisions')
    await owner.getByRole('link', { name: DESTROYS.declared_goal }).waitFor()
    await this.#look('decisions', owner)
    await owner.getByRole('link', { name: DESTROYS.declared_goal }).click()
    await owner.getByText('Proven').first().waitFor()
    await this.#look('blocked', owner)
    return answer
  }

  /** The second act waits for a person; answers its id. */
  async wait(connector: Connector, owner: Page): Promise<string> {
    const { decision_id: guard_decision_id } = await connector.call('writ_guard', DISCARDS)
    const { action_id } = await connector.call('writ_record', { ...DISCARDS, reasoning: REASONING, guard_decision_id })
    await owner.goto('/')
    await owner.getByRole('link', { name: new RegExp(DISCARDS.declared_goal) }).waitFor()
    await owner.getByRole('button', { name: 'Approve', exact: true }).waitFor()
    await this.#look('inbox', owner)
    return String(action_id)
  }

  async approve(approver: Page): Promise<void> {
    await approver.goto('/')
    const card = approver.getByRole('link', { name: new RegExp(DISCARDS.declared_goal) })
    await card.waitFor()
    await this.#look('phone-inbox', approver)
    await card.tap()
    await approver.getByText(DISCARDS.act.command).first().waitFor()
    await this.#look('phone-act', approver)
    await approver.getByRole('button', { name: 'Approve', exact: true }).tap()
    await approver.locator('.toast', { hasText: 'Approved' }).waitFor()
    await this.#look('phone-approved', approver)
  }

  /** The person ends what they allowed. */
  async revoke(owner: Page): Promise<void> {
    await owner.goto('/account')
    const button = owner.getByRole('button', { name: /^Revoke Claude Code/ })
    await button.scrollIntoViewIfNeeded()
    await this.#look('grants', owner)
    await button.click()
    await this.#look('revoke', owner)
    await owner.getByRole('dialog').getByRole('button', { name: 'Revoke', exact: true }).click()
    await owner.locator('.toast', { hasText: 'Revoked' }).waitFor()
    await button.waitFor({ state: 'detached' })
    await this.#look('revoked', owner)
  }

  async #somebody(phone = false): Promise<Page> {
    return (await this.#pages.window({ phone, role: null })).newPage()
  }
}
