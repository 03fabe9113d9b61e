import { applyPatch } from 'diff'
import { expect, test } from 'vitest'
import * as fc from '#core/testing/property'
import { diffContent, type Content } from './diff.rules.ts'

const base: Content = { prompt: 'a\nb\nc\n', tools: [{ name: 't', x: 1 }], config: { a: { b: 1 }, l: [1, 2] } }

test('equal contents differ in nothing', () => expect(diffContent(base, structuredClone(base))).toEqual({}))

test.each<[string, Partial<Content>, object]>([
  ['a line', { prompt: 'a\nB\nc\n' }, { prompt: { added: 1, removed: 1, unified: expect.stringContaining('-b\n+B') } }],
  ['a tool by name', { tools: [{ name: 'u' }] }, { tools: { added: ['u'], removed: ['t'] } }],
  [
    'a field of a tool',
    { tools: [{ name: 't', x: 2 }] },
    { tools: { changed: { t: { from: { name: 't', x: 1 }, to: { name: 't', x: 2 } } } } },
  ],
  [
    'a value deep inside',
    { config: { a: { b: 2 }, l: [1, 2] } },
    { config: { changed: { 'a.b': { from: 1, to: 2 } } } },
  ],
  [
    'a list as a whole',
    { config: { a: { b: 1 }, l: [2, 1] } },
    { config: { changed: { l: { from: [1, 2], to: [2, 1] } } } },
  ],
  ['a value that went', { config: { l: [1, 2] } }, { config: { removed: { 'a.b': 1 } } }],
  ['an object that emptied', { config: { a: {}, l: [1, 2] } }, { config: { added: { a: {} }, removed: { 'a.b': 1 } } }],
])('%s', (_, change, diff) => expect(diffContent(base, { ...base, ...change })).toEqual(diff))

test('a key with a dot is another path than a key in a key', () => {
  const [from, to] = [{ 'a.b': 1 }, { a: { b: 1 } }]
  expect(diffContent({ ...base, config: from }, { ...base, config: to }).config).toEqual({
    removed: { '"a.b"': 1 },
    added: { 'a.b': 1 },
  })
})

test('the unified diff makes the one prompt of the other, whatever they are', () => {
  const prompt = fc.array(fc.constantFrom('a', 'b', '', 'long line', '\\ No newline'), { maxLength: 12 })
  const whole = fc.tuple(prompt, fc.boolean()).map(([lines, ended]) => lines.join('\n') + (ended ? '\n' : ''))
  fc.assert(
    fc.property(whole, whole, (from, to) => {
      const diff = diffContent({ ...base, prompt: from }, { ...base, prompt: to }).prompt
      expect(diff === undefined ? from : applyPatch(from, diff.unified)).toBe(to)
    }),
  )
})

test('two prompts of thousands of other lines are told apart at once', () => {
  const lines = (word: string) => Array.from({ length: 6000 }, (_, n) => `${word} ${n}\n`).join('')
  const { prompt } = diffContent({ ...base, prompt: lines('x') }, { ...base, prompt: lines('y') })
  expect(prompt).toMatchObject({ added: 6000, removed: 6000 })
  expect(applyPatch(lines('x'), prompt?.unified ?? '')).toBe(lines('y'))
})
