import { describe, expect, test } from 'vitest'
import { redactText, secretScan } from './secret-scan.rules.ts'
import { HARMLESS, SAMPLES, pem } from './secret-samples.ts'
import { secretScanFull } from './secretlint.ts'

describe('every family of secret is found and removed', () => {
  test.each(SAMPLES.map(([pattern, text, secret], index) => ({ name: `${pattern} ${index}`, pattern, text, secret })))(
    '$name',
    ({ pattern, text, secret }) => {
      const { findings } = secretScan(text)
      expect(findings.map((finding) => finding.pattern)).toContain(pattern)
      const { text: clean, security } = redactText(text)
      expect(clean).not.toContain(secret)
      expect(clean).toContain(`[REDACTED:${pattern}]`)
      expect(security.clean).toBe(false)
      expect(redactText(clean).text).toBe(clean)
    },
  )
})

test.each(HARMLESS)('left alone: %s', (text) => {
  expect(secretScan(text).findings).toEqual([])
  expect(redactText(text)).toEqual({
    text,
    security: { clean: true, findings_count: 0, critical_count: 0, categories: [] },
  })
})

test('text around a redacted secret stays as it was', () => {
  const [, text, secret] = SAMPLES.find(([pattern]) => pattern === 'database_url')!
  expect(redactText(text).text).toBe(text.replace(secret, '[REDACTED:database_url]'))
})

test('a private key is removed whole, with or without its END line, and the prose after it stays', () => {
  const after = 'Then restart the proxy and tell the team.'
  expect(redactText(`${pem()}\n${after}`).text).toBe(`[REDACTED:private_key]\n${after}`)
  expect(redactText(pem('', false)).text).toBe('[REDACTED:private_key]')
  const two = `${pem('', false)}\n${pem('EC ')}`
  expect(redactText(two).text.replaceAll(/\s/g, '')).toBe('[REDACTED:private_key][REDACTED:private_key]')
})

test('a public certificate is not a secret', () => {
  expect(secretScan(pem().replaceAll('RSA PRIVATE KEY', 'CERTIFICATE')).detected).toBe(false)
})

test('a preview never shows more than a quarter of a secret', () => {
  const [finding] = secretScan('password=tiger5').findings
  expect(finding).toMatchObject({ pattern: 'password_field', preview: 't***', start: 9, end: 15 })
})

test('one secret seen by two patterns is one finding, named by the more precise', () => {
  const [, , token] = SAMPLES.find(([pattern]) => pattern === 'github_token')!
  const { text, security } = redactText(`GITHUB_TOKEN="${token}"`)
  expect(text).toBe('GITHUB_TOKEN="[REDACTED:github_token]"')
  expect(security).toEqual({ clean: false, findings_count: 1, critical_count: 1, categories: ['vcs_token'] })
})

test('hostile input of 200 kB is scanned in linear time', () => {
  const dashes = '-'.repeat(5)
  const hostile = [
    'password='.repeat(22_000),
    `${dashes}BEGIN PRIVATE KEY${dashes}\n`.repeat(7000),
    `${dashes}BEGIN PRIVATE KEY${dashes}${'A'.repeat(200_000)}`,
    `://${'a:'.repeat(100_000)}@`,
    `a@${'x'.repeat(100_000)}:${'y'.repeat(100_000)}`,
    `token="${'\\"'.repeat(100_000)}`,
    `eyJ${'a'.repeat(100_000)}.${'b'.repeat(100_000)}`,
    'sk-'.repeat(66_000),
    `bearer ${'a.'.repeat(100_000)}`,
  ]
  for (const text of hostile) {
    const start = performance.now()
    secretScan(text)
    expect({ text: text.slice(0, 30), slow: performance.now() - start > 400 }).toMatchObject({ slow: false })
  }
})

test('secretScanFull adds the maintained rules, and a comment in the text cannot switch it off', async () => {
  const [, , token] = SAMPLES.find(([pattern]) => pattern === 'stripe_key')!
  const shopify = ['shp', 'ss_', 'a1b2c3d4'.repeat(4)].join('')
  const grafana = ['cf', 'ut_', 'aB3dE5fG7h'.repeat(4), '0a1b2c3d'].join('')
  const { findings } = await secretScanFull(`// secretlint-disable\n${token}\n${shopify}\n${grafana}\n`)
  expect(findings.map(({ pattern }) => pattern)).toEqual(['stripe_key', 'shopify_token', 'cloudflare'])
})

test('secretScanFull agrees that ordinary text is clean', async () => {
  expect(await secretScanFull(HARMLESS.join('\n'))).toEqual({ detected: false, findings: [] })
})
