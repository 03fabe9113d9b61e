import { expect, test } from 'vitest'
import { HARMLESS, pem, SAMPLES } from './secret-samples.ts'
import { secretScan } from './secret-scan.rules.ts'
import { secretsIn } from './secrets-in.ts'

const line = (text: string) => `${JSON.stringify({ type: 'user', message: { content: `before ${text} after` } })}\n`
const find = (text: string) => [...secretsIn(Buffer.from(text))]
const filler = line('The quick brown fox jumps over the lazy dog, again and again.').repeat(50)

/** A run of token characters is what is looked for; the rest is the business of the slower scan. */
const hasRun = ([, , secret]: (typeof SAMPLES)[number]) => /\w{16}/.test(secret)

test.each(SAMPLES.filter(hasRun))(
  '%s is found among other text, and shown by a few characters',
  (pattern, text, secret) => {
    expect(secretScan(text).detected).toBe(true)
    const found = find(filler + line(text) + filler)
    expect(found.map((one) => one.pattern)).toContain(pattern)
    expect(JSON.stringify(found)).not.toContain(secret)
  },
)

test('a private key inside JSON is one finding, wherever it stands', () => {
  const found = find(filler + line(pem()) + filler)
  expect(found.map(({ pattern }) => pattern)).toEqual(['private_key'])
  expect(found[0]?.at).toBeGreaterThan(filler.length)
})

test('a secret counts once, at the first and at the last byte too', () => {
  const [, , secret] = SAMPLES[0] ?? ['', '', '']
  for (const text of [secret, `${secret} words`, `words ${secret}`, `${filler}${secret}`]) {
    expect(find(text)).toHaveLength(1)
  }
})

test('ids, hashes, paths and long words are no secrets', () => {
  const harmless = `toolu_01ABCDEFGHJKLMNPQRSTUVWX req_011CU0000000000 ${'a'.repeat(64)} internationalization_of_everything /usr/share/${'b'.repeat(40)}`
  expect(find(line(harmless).repeat(20))).toEqual([])
  expect(find('')).toEqual([])
})

const NAMES =
  'secret token api-key account-key auth-key credentials password passwd aws_secret curl -u --user --password'
const STARTS =
  'https:// ?token= &sig= discord.com/api/webhooks/ hooks.slack.com/services/ 123456789:AA AKIA SG. eyJ sk- xoxb-'
const MARKS = '":" : = := => \\":\\" , } " \' ` @ / . - _ :// \\ \\n "input_tokens":100, tokens":[ ":10," é 😀'
const SPACES = [
  ' ',
  '\n',
  '\r\n',
  ': ',
  ' = ',
  '\u00A0',
  'api key',
  'Bearer ',
  'Basic ',
  'Authorization: ',
  '-u ',
  '--user ',
]
const RUNS = ['abcdefghij', 'aB3dE5fG7h', '0123456789'].flatMap((of) =>
  [16, 20, 32, 40].map((length) => of.repeat(4).slice(0, length)),
)
const words = [NAMES, STARTS, MARKS].flatMap((text) => text.split(' '))
const PIECES = [...words, ...SPACES, ...RUNS, ...SAMPLES.map(([, text]) => text), ...HARMLESS]

test('what is spared from reading never holds a secret: pieces of secrets in any order', () => {
  let seed = 7
  const random = (below: number): number => {
    seed = (seed * 1_664_525 + 1_013_904_223) >>> 0
    return Math.floor((seed / 2 ** 32) * below)
  }
  let withSecrets = 0
  for (let round = 0; round < 6000; round += 1) {
    const text = Array.from({ length: 2 + random(12) }, () => PIECES[random(PIECES.length)]).join('')
    const all = [...secretsIn(Buffer.from(text), () => true)]
    expect({ text, found: find(text) }).toEqual({ text, found: all })
    withSecrets += Number(all.length > 0)
  }
  expect(withSecrets).toBeGreaterThan(1000)
})
