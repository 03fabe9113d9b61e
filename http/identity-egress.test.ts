import { afterAll, beforeAll, expect, test } from 'vitest'
import { fetchKeys } from '#core/identities/jwks'
import { TestIssuer } from '#core/identities/test-issuer'
import { loadSettings } from '#core/kernel/config'
import { createSafeFetch, type SafeFetch } from './ports/safe-fetch.ts'

let issuer: TestIssuer
let egress: SafeFetch
beforeAll(async () => {
  issuer = await TestIssuer.start(() => new Date())
  egress = createSafeFetch({ allow: new Set() })
})
afterAll(async () => {
  await egress.close()
  await issuer.close()
})

const settings = loadSettings({ env: {}, home: '/nonexistent' })

async function reasonOf(address: string, egress_allow: string): Promise<string> {
  const outside = { ports: { fetch: egress.fetch }, settings: { ...settings, egress_allow } }
  const thrown: unknown = await fetchKeys(outside, { issuer: address }, undefined).catch((error: unknown) => error)
  return thrown instanceof Error ? thrown.message : 'nothing was refused'
}

test('keys of an issuer come through the safe fetch: private places are refused, also by another notation', async () => {
  const { port } = new URL(issuer.url)
  const hosts = ['127.0.0.1', 'localhost', '0177.0.0.1', '2130706433', '[::1]', '[::ffff:127.0.0.1]', '169.254.169.254']
  // Allowed by the rule on http, and refused by the fetch that does not know of it: two doors, each shut by itself.
  const hostnames = hosts.map((host) => new URL(`http://${host}:${port}`).hostname)
  for (const host of hosts) {
    expect(await reasonOf(`https://${host}:${port}`, '')).toMatch(/private or reserved/)
    expect(await reasonOf(`http://${host}:${port}`, hostnames.join(','))).toMatch(/private or reserved/)
    expect(await reasonOf(`http://${host}:${port}`, '')).toMatch(/by https only/)
  }
  expect(issuer.asked).toEqual([])
})
