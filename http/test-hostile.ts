import * as fc from '#core/testing/property'
import { encodeCursor } from '#core/kernel/page'

const deep = (levels: number): unknown => JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`) as unknown
const prototypes = ['{"__proto__":{"admin":true}}', '{"constructor":{"prototype":{"admin":true}}}'].map(
  (text) => JSON.parse(text) as unknown,
)

const times = [
  '0000-01-01T00:00:00Z',
  '0001-01-01T00:00:00+23:59',
  '9999-12-31T23:59:59-23:59',
  '2026-02-30T00:00:00Z',
  '2026-01-01T00:00:00.000000001Z',
]
const texts = [
  ['', ' ', 'NaN', 'null', 'undefined', '-1', '1e999', '0x10', 'true', '[]', '{}', '*', '%', '%00', '..', '\n'],
  ['\0', 'a\0b', '\ud800', 'x\udfff', '\u202e', '\ufeff', 'İ', '__proto__', 'constructor', 'toString'],
  ["' or 1=1 --", '\u0024{7*7}', '{{7*7}}', '../../etc/passwd', 'act_gd_0123456789abcdef', '365d', '999d'],
  ['a'.repeat(129), `${'a'.repeat(40_000)}!`, '('.repeat(4000), 'ab '.repeat(20_000), '😀'.repeat(3000)],
].flat()
const numbers = [-1, 0, -0, 0.1, 1.5, 2 ** 31, 2 ** 53 - 1, 2 ** 53, 2 ** 63, -(2 ** 63), 1e308, 5e-324]

/** Whatever a careless or hostile caller may put where a field is expected. */
export const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom<unknown>(...texts, ...times) },
  { weight: 3, arbitrary: fc.constantFrom<unknown>(...numbers, null, true, false) },
  { weight: 2, arbitrary: fc.constantFrom<unknown>([], {}, [null], [[]], ['a', 1], deep(40), ...prototypes) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 300 }) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 4 }) },
)

const hostileText = fc.constantFrom(
  ...[
    ['rm -rf /', '$('.repeat(500), '`'.repeat(999), '{a,b}'.repeat(40), 'eval '.repeat(2000), "'", '\\'.repeat(3001)],
    ['select '.repeat(3000), '/*'.repeat(3000), "$$ '", 'select 1;'.repeat(1000), `${'('.repeat(2000)}1`],
    [`${'x'.repeat(30_000)}=`, '<<EOF\n'.repeat(200), 'https://[::', 'http://user:p@169.254.169.254/', '%ff%fe'],
  ].flat(),
)
const act: fc.Arbitrary<unknown> = hostileText.chain((text) =>
  fc.constantFrom<unknown>(
    { kind: 'shell', command: text },
    { kind: 'sql', statement: text },
    { kind: 'sql', statement: text, dialect: 'postgres' },
    { kind: 'http', request: { method: 'POST', url: text, body_excerpt: text } },
    { kind: 'http', request: { method: 'DELETE', url: `https://example.com/${text}` } },
    { kind: 'file', file: { operation: 'write', path: text, content_excerpt: text } },
    { kind: text },
  ),
)
const rules = fc.constantFrom<unknown>(
  { when: `${'('.repeat(3000)}1`, action: 'block' },
  { when: 'risk '.repeat(3000), action: 'block' },
  { when: 'act.command.matches("(a+)+$")', action: 'block' },
  { threshold: -1 },
  { patterns: ['(a+)+$', '['] },
  '{"threshold":1e999}',
  '{"a":'.repeat(5000),
  String.raw`{"message":"\u0000"}`,
)
const cursorPart = fc.constantFrom<string | number>(
  ...times,
  '',
  'x',
  '\0',
  '+275760-09-13T00:00:00.000Z',
  -1,
  0,
  2 ** 53 - 1,
  2 ** 60,
)
const cursor = fc.array(cursorPart, { maxLength: 4 }).map(encodeCursor)

/** Text made for what reads a field: parsers of acts and rules, decoders of cursors. */
const special: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  act,
  rules,
  cursor,
  file: hostileText,
  content: hostileText,
}

export function hostileFor(field: string): fc.Arbitrary<unknown> {
  const own = special[field]
  return own === undefined ? hostileValue : fc.oneof(own, hostileValue)
}
