import { createServer, type AddressInfo, type Server } from 'node:net'
import { once } from 'node:events'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createSafeFetch, type SafeFetch } from '../ports/safe-fetch.ts'
import { TestBrowser } from './test-browser.ts'
import { print, RawClient } from './test-client.ts'
import { oauthTestServer, type OAuthTestServer } from './test-oauth.ts'

let server: OAuthTestServer
let egress: SafeFetch
let inside: Server
let connections = 0

beforeAll(async () => {
  egress = createSafeFetch({ allow: new Set() })
  server = await oauthTestServer({ fetch: egress.fetch })
  inside = createServer((socket) => {
    connections += 1
    socket.destroy()
  }).listen(0, '0.0.0.0')
  await once(inside, 'listening')
})
afterAll(async () => {
  await server.close()
  await egress.close()
  await new Promise((closed) => inside.close(closed))
})

test('a client document at an inside address is not fetched', async () => {
  const { port } = inside.address() as AddressInfo
  const hosts = [
    'localhost',
    '127.0.0.1',
    '127.1',
    '2130706433',
    '0x7f.1',
    '0177.0.0.1',
    '0.0.0.0',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '[64:ff9b::7f00:1]',
    '10.0.0.1',
    '172.16.0.1',
    '192.168.0.1',
    '100.64.0.1',
    '169.254.169.254',
    '[fd00::1]',
    '[fe80::1]',
  ]
  const browser = new TestBrowser(server.url)
  let refused = 0
  for (const host of hosts) {
    const client = new RawClient(server, `https://${host}:${port}/client.json`)
    const response = await browser.get(client.url())
    expect([host, response.headers.get('location')]).toEqual([host, '/oauth-error?error=invalid_client'])
    refused += 1
  }
  expect(connections).toBe(0)
  print(`client documents inside: ${refused} of ${hosts.length} not fetched`)
})
