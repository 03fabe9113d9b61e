import { TestBrowser, type Details } from './test-browser.ts'
import type { SignedIn } from './test-oauth.ts'

/** A person with an account and a browser, as the pages of Writ let them act. */
export interface Person {
  /** Opens what the client printed, allows all of it, and goes back to the client. Answers what the page showed. */
  allow(authorizationUrl: string): Promise<Details>
  revoke(grantId: string): Promise<void>
}

const account = { email: 'ada@example.com', password: 'a long password of Ada' }

/** Uses the link of the first start, then signs in. */
export async function person(url: string, setupUrl: string): Promise<Person> {
  const token = new URL(setupUrl).searchParams.get('token')
  const stranger = new TestBrowser(url)
  const made = await stranger.post(`${url}/auth/setup`, { ...account, name: 'Ada', token })
  if (made.status !== 201) throw new Error(`the set-up link: ${made.status} ${await made.text()}`)
  const signedIn = await signIn(url)
  const browser = new TestBrowser(url, signedIn)
  return {
    async allow(authorizationUrl) {
      const uid = await browser.open(authorizationUrl)
      const shown = await browser.details(uid)
      const back = await browser.answer(uid, await browser.agreement(uid))
      const page = await fetch(back)
      if (!page.ok) throw new Error(`the client's own address: ${page.status} ${await page.text()}`)
      return shown
    },
    async revoke(grantId) {
      const headers = { cookie: signedIn.cookie, origin: url, 'x-csrf-token': signedIn.csrf }
      const response = await fetch(`${url}/api/account/grants/${grantId}`, { method: 'DELETE', headers })
      if (!response.ok) throw new Error(`revoking: ${response.status} ${await response.text()}`)
    },
  }
}

async function signIn(url: string): Promise<SignedIn> {
  const response = await new TestBrowser(url).post(`${url}/auth/sign-in`, account)
  if (response.status !== 200) throw new Error(`signing in: ${response.status} ${await response.text()}`)
  const { session } = (await response.json()) as { session: { csrf: string; user: { id: string } } }
  const cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  return { accountId: session.user.id, email: account.email, cookie, csrf: session.csrf }
}
