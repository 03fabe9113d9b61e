import type { SignedIn } from './test-oauth.ts'

/** What a browser does about redirects and cookies, as far as these tests need one. */
export class TestBrowser {
  readonly #cookies = new Map<string, { value: string; path: string }>()
  readonly #person: SignedIn | undefined
  readonly #base: string

  constructor(base: string, person?: SignedIn) {
    this.#base = base
    this.#person = person
  }

  /** One request without following where it leads. */
  async get(url: string, headers: Record<string, string> = {}): Promise<Response> {
    return this.#send(url, { headers: { accept: 'text/html', ...headers } })
  }

  async post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
    return this.#send(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        origin: this.#base,
        ...(this.#person ? { 'x-csrf-token': this.#person.csrf } : {}),
        ...headers,
      },
      body: JSON.stringify(body),
    })
  }

  /** Opens an authorization request; answers the id of the page of consent it leads to. */
  async open(url: string): Promise<string> {
    const first = await this.get(url)
    const page = first.headers.get('location') ?? ''
    const second = await this.get(page)
    const consent = second.headers.get('location') ?? ''
    const uid = /^\/consent\/([\w-]+)$/.exec(consent)?.[1]
    if (uid === undefined)
      throw new Error(`not the page of consent: ${first.status} ${page} ${consent} ${await first.text()}`)
    return uid
  }

  async details(uid: string): Promise<Details> {
    const response = await this.#send(`${this.#base}/oauth/interaction/${uid}`, { headers: { accept: '*/*' } })
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`)
    return (await response.json()) as Details
  }

  /** Agrees, or not; answers the address the browser ends at: the client's. */
  async answer(uid: string, decision: object): Promise<URL> {
    const response = await this.post(`${this.#base}/oauth/interaction/${uid}`, decision)
    const { redirect } = (await response.json()) as { redirect?: string }
    if (redirect === undefined) throw new Error(`no redirect: ${response.status}`)
    const resumed = await this.get(redirect)
    return new URL(resumed.headers.get('location') ?? '', this.#base)
  }

  /** From the authorization request to the client's redirect, with everything allowed that may be. */
  async allow(url: string, changes: object = {}): Promise<URL> {
    const uid = await this.open(url)
    return this.answer(uid, { ...(await this.agreement(uid)), ...changes })
  }

  async agreement(uid: string): Promise<object> {
    const { orgs, org_id, agent_id } = await this.details(uid)
    const scopes = orgs.find((org) => org.org_id === org_id)?.scopes ?? []
    return { decision: 'allow', org_id, scopes, agent_id }
  }

  async #send(url: string, init: RequestInit): Promise<Response> {
    const target = new URL(url, this.#base)
    const cookies = [...this.#cookies]
      .filter(
        ([, { path }]) => target.pathname === path || target.pathname.startsWith(path === '/' ? path : `${path}/`),
      )
      .map(([name, { value }]) => `${name.split('\n')[0]}=${value}`)
    if (this.#person) cookies.push(this.#person.cookie)
    const headers = { ...(init.headers as Record<string, string>), cookie: cookies.join('; ') }
    const response = await fetch(target, { ...init, headers, redirect: 'manual' })
    for (const line of response.headers.getSetCookie()) this.#keep(line)
    return response
  }

  #keep(line: string): void {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
    const path = /;\s*path=([^;]+)/i.exec(line)?.[1] ?? '/'
    if (value === '') this.#cookies.delete(`${name}\n${path}`)
    else this.#cookies.set(`${name}\n${path}`, { value, path })
  }
}

export interface Details {
  readonly client: { client_id: string; name: string; uri: string | null; redirect_host: string; registered: string }
  readonly scopes: readonly { scope: string; words: string; asked: boolean }[]
  readonly orgs: readonly { org_id: string; name: string; role: string; scopes: readonly string[] }[]
  readonly org_id: string
  readonly agent_id: string | null
  readonly device?: { user_code: string }
}
