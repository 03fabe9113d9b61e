import { expect, test } from 'vitest'
import { Fault } from '#core/kernel/errors'
import { canonical } from './canonical.ts'

test('RFC 8785 §3.2.2: numbers, escapes and literals', () => {
  const input: unknown = JSON.parse(
    String.raw`{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}`,
  )
  expect(canonical(input)).toBe(
    String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
  )
})

test('RFC 8785 §3.2.3: keys sort by UTF-16 code units', () => {
  const input: unknown = JSON.parse(
    String.raw`{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One","\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}`,
  )
  expect(Object.values(JSON.parse(canonical(input)) as object)).toEqual([
    // A JavaScript object lists the integer-like key first; the text below has the canonical order.
    'One',
    'Carriage Return',
    'Control',
    'Latin Small Letter O With Diaeresis',
    'Euro Sign',
    'Emoji: Grinning Face',
    'Hebrew Letter Dalet With Dagesh',
  ])
  expect(canonical(input)).toBe(
    '{"\\r":"Carriage Return","1":"One","\u0080":"Control","ö":"Latin Small Letter O With Diaeresis","€":"Euro Sign","😀":"Emoji: Grinning Face","\ufb33":"Hebrew Letter Dalet With Dagesh"}',
  )
})

test('sorting ignores the locale', () => {
  const french = {
    peach: 'This sorting order',
    péché: 'is wrong',
    pêche: 'but canonicalization MUST',
    sin: 'ignore locale',
  }
  expect(Object.keys(JSON.parse(canonical(french)) as object)).toEqual(['peach', 'péché', 'pêche', 'sin'])
})

/** RFC 8785 appendix B: IEEE 754 bits and the number they print as. */
const numbers: readonly (readonly [string, string])[] = [
  ['0000000000000000', '0'],
  ['8000000000000000', '0'],
  ['0000000000000001', '5e-324'],
  ['8000000000000001', '-5e-324'],
  ['7fefffffffffffff', '1.7976931348623157e+308'],
  ['ffefffffffffffff', '-1.7976931348623157e+308'],
  ['4340000000000000', '9007199254740992'],
  ['c340000000000000', '-9007199254740992'],
  ['4430000000000000', '295147905179352830000'],
  ['44b52d02c7e14af5', '9.999999999999997e+22'],
  ['44b52d02c7e14af6', '1e+23'],
  ['44b52d02c7e14af7', '1.0000000000000001e+23'],
  ['444b1ae4d6e2ef4e', '999999999999999700000'],
  ['444b1ae4d6e2ef4f', '999999999999999900000'],
  ['444b1ae4d6e2ef50', '1e+21'],
  ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
  ['3eb0c6f7a0b5ed8d', '0.000001'],
  ['41b3de4355555553', '333333333.3333332'],
  ['41b3de4355555554', '333333333.33333325'],
  ['41b3de4355555555', '333333333.3333333'],
  ['41b3de4355555556', '333333333.3333334'],
  ['41b3de4355555557', '333333333.33333343'],
  ['becbf647612f3696', '-0.0000033333333333333333'],
  ['43143ff3c1cb0959', '1424953923781206.2'],
]

test.each(numbers)('RFC 8785 appendix B: %s prints as %s', (bits, text) => {
  expect(canonical(Buffer.from(bits, 'hex').readDoubleBE())).toBe(text)
})

test.each([
  ['NaN', Number.NaN],
  ['Infinity', { deep: [Number.POSITIVE_INFINITY] }],
  ['a lone surrogate', { text: '\udead' }],
  ['a lone surrogate in a key', { '\ud800': 1 }],
  ['undefined', undefined],
  ['a big integer', { amount: 1n }],
])('%s is refused with a sentence', (_, value) => {
  expect(() => canonical(value)).toThrow(Fault)
  expect(() => canonical(value)).toThrow(/canonical/)
})

test('a cycle is refused', () => {
  const value: Record<string, unknown> = {}
  value['self'] = value
  expect(() => canonical(value)).toThrow('Circular reference')
})
