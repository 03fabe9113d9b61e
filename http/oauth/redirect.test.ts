import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isRedirectAllowed } from './redirect.rules.ts'
import { TestBrowser } from './test-browser.ts'
import { RawClient, print } from './test-client.ts'
import { oauthTestServer, type OAuthTestServer, type SignedIn } from './test-oauth.ts'

const WEB = 'https://app.example/cb'
const WITH_QUERY = 'https://app.example/cb?a=1'
const LOOPBACK = 'http://127.0.0.1:7777/callback'
const NATIVE = 'com.example.app:/oauth'
const registered = [WEB, WITH_QUERY, LOOPBACK, NATIVE]

const allowed = [
  WEB,
  WITH_QUERY,
  LOOPBACK,
  NATIVE,
  'http://127.0.0.1:1/callback',
  'http://127.0.0.1:65535/callback',
  'http://127.0.0.1/callback',
]

/** What each row tries. */
const refused: readonly (readonly [string, string])[] = [
  ['prefix of the path', 'https://app.example/c'],
  ['suffix of the path', 'https://app.example/cbx'],
  ['path below', 'https://app.example/cb/x'],
  ['trailing slash', 'https://app.example/cb/'],
  ['no path', 'https://app.example'],
  ['other path', 'https://app.example/'],
  ['double slash', 'https://app.example//cb'],
  ['dot segment', 'https://app.example/./cb'],
  ['parent segment', 'https://app.example/x/../cb'],
  ['encoded dots', 'https://app.example/x/%2e%2e/cb'],
  ['encoded slash', 'https://app.example%2fcb'],
  ['encoded letter', 'https://app.example/%63b'],
  ['path in capitals', 'https://app.example/CB'],
  ['host in capitals', 'https://APP.example/cb'],
  ['scheme in capitals', 'HTTPS://app.example/cb'],
  ['scheme http', 'http://app.example/cb'],
  ['no scheme', '//app.example/cb'],
  ['relative', '/cb'],
  ['empty', ''],
  ['space before', ' https://app.example/cb'],
  ['space after', 'https://app.example/cb '],
  ['tab inside', 'https://app.exam\tple/cb'],
  ['newline inside', 'https://app.example/cb\n'],
  ['NUL', 'https://app.example/cb\0'],
  ['port named', 'https://app.example:443/cb'],
  ['other port', 'https://app.example:8443/cb'],
  ['user', 'https://user@app.example/cb'],
  ['user that looks like the host', 'https://app.example@evil.example/cb'],
  ['user and password', 'https://app.example:x@evil.example/cb'],
  ['host as subdomain', 'https://app.example.evil.example/cb'],
  ['host as suffix', 'https://evilapp.example/cb'],
  ['subdomain', 'https://x.app.example/cb'],
  ['dot after the host', 'https://app.example./cb'],
  ['fragment', 'https://app.example/cb#'],
  ['fragment with text', 'https://app.example/cb#x'],
  ['query added', 'https://app.example/cb?'],
  ['query with text', 'https://app.example/cb?x=1'],
  ['query added to a query', 'https://app.example/cb?a=1&b=2'],
  ['query changed', 'https://app.example/cb?a=2'],
  ['query twice', 'https://app.example/cb?a=1&a=1'],
  ['semicolon', 'https://app.example/cb;x=1'],
  ['backslash', 'https:\\\\app.example\\cb'],
  ['backslash in the path', 'https://app.example\\cb'],
  ['backslash and at', 'https://evil.example\\@app.example/cb'],
  ['one slash', 'https:/app.example/cb'],
  ['three slashes', 'https:///app.example/cb'],
  ['cyrillic a', 'https://аpp.example/cb'],
  ['full-width dot', 'https://app。example/cb'],
  ['zero width', 'https://app\u200b.example/cb'],
  ['punycode', 'https://xn--pp-6kc.example/cb'],
  ['javascript', 'javascript:alert(1)//https://app.example/cb'],
  ['data', 'data:text/html,https://app.example/cb'],
  ['loopback by another name', 'http://localhost:7777/callback'],
  ['loopback in IPv6', 'http://[::1]:7777/callback'],
  ['loopback decimal', 'http://2130706433:7777/callback'],
  ['loopback short', 'http://127.1:7777/callback'],
  ['loopback octal', 'http://0177.0.0.1:7777/callback'],
  ['another loopback address', 'http://127.0.0.2:7777/callback'],
  ['all addresses', 'http://0.0.0.0:7777/callback'],
  ['loopback with https', 'https://127.0.0.1:7777/callback'],
  ['loopback as subdomain', 'http://127.0.0.1.evil.example:7777/callback'],
  ['loopback as user', 'http://127.0.0.1:7777@evil.example/callback'],
  ['loopback and at', 'http://127.0.0.1:@evil.example/callback'],
  ['loopback, other path', 'http://127.0.0.1:7777/callback2'],
  ['loopback, path below', 'http://127.0.0.1:7777/callback/x'],
  ['loopback, parent', 'http://127.0.0.1:7777/x/../callback'],
  ['loopback, query', 'http://127.0.0.1:7777/callback?x=1'],
  ['loopback, fragment', 'http://127.0.0.1:7777/callback#x'],
  ['loopback, port too large', 'http://127.0.0.1:65536/callback'],
  ['loopback, port 0', 'http://127.0.0.1:0/callback'],
  ['loopback, port of many digits', 'http://127.0.0.1:000007777/callback'],
  ['loopback, port signed', 'http://127.0.0.1:+7777/callback'],
  ['loopback, port empty', 'http://127.0.0.1:/callback'],
  ['loopback, port in other digits', 'http://127.0.0.1:７７７７/callback'],
  ['loopback, backslash', 'http://127.0.0.1:7777\\callback'],
  ['loopback in capitals', 'HTTP://127.0.0.1:7777/callback'],
  ['native, two slashes', 'com.example.app://oauth'],
  ['native, other path', 'com.example.app:/oauth2'],
  ['native in capitals', 'COM.example.app:/oauth'],
  ['native, other scheme', 'com.example.app2:/oauth'],
]

describe('redirect URIs are compared exactly', () => {
  test.each(allowed)('%s is registered', (uri) => expect(isRedirectAllowed(uri, registered)).toBe(true))
  test.each(refused)('%s: %j is not', (_, uri) => expect(isRedirectAllowed(uri, registered)).toBe(false))
  test.each([null, undefined, 7, {}, [WEB]])('%j is not', (uri) =>
    expect(isRedirectAllowed(uri, registered)).toBe(false),
  )
})

describe('the server', () => {
  let server: OAuthTestServer
  let alice: SignedIn
  let client: RawClient
  beforeAll(async () => {
    server = await oauthTestServer()
    alice = await server.person()
    client = await RawClient.register(server, { redirect_uris: registered })
  })
  afterAll(() => server.close())

  test('sends nobody to an address that is not registered', async () => {
    let stayed = 0
    for (const [what, redirect_uri] of refused) {
      const response = await new TestBrowser(server.url, alice).get(client.url({ redirect_uri }))
      const to = response.headers.get('location')
      expect([what, response.status, to]).toEqual([what, 303, expect.stringMatching(/^\/oauth-error\?error=\w+$/)])
      stayed += 1
    }
    print(`redirect URIs: ${stayed} of ${refused.length} attacks refused`)
  })

  test('accepts what is, and names its host to the person', async () => {
    for (const redirect_uri of allowed) {
      const browser = new TestBrowser(server.url, alice)
      const uid = await browser.open(client.url({ redirect_uri }))
      const { client: shown } = await browser.details(uid)
      expect(shown.redirect_host).toBe(new URL(redirect_uri).host || 'com.example.app:')
    }
  })

  test('two of one parameter are refused, whichever is right', async () => {
    const twice = `${client.url({ redirect_uri: WEB })}&redirect_uri=${encodeURIComponent('https://evil.example/')}`
    const response = await new TestBrowser(server.url, alice).get(twice)
    expect(response.headers.get('location')).toMatch(/^\/oauth-error/)
  })
})
