import { expect, test } from 'vitest'
import { tomlFormat } from './toml.ts'
import { withKey, type Tree } from './tree.rules.ts'

const entry = { command: '/n', args: ['/b', 'mcp'], env: { A: 'b' } }
const put = (tree: Tree): Tree => ({ ...tree, servers: { ...(tree['servers'] as Tree | undefined), writ: entry } })
const take = (tree: Tree): Tree => withKey(tree, 'servers', withKey(tree['servers'] as Tree, 'writ', undefined))

test.each([
  ['tables', '# a\n[servers.other]\nx = 1 # b\n'],
  ['a table of the list itself', '[servers]\n# none yet\n'],
  ['a list in one line', 'servers = { other = { x = 1 } }\n'],
  ['dotted keys', 'servers.other.x = 1 # b\n'],
  ['arrays of tables', '[[a]]\nx = 1\n[[a.b]]\ny = """\n[servers.writ]\n"""\n# c\n'],
  ['dates and odd numbers', 'd = 2020-01-01T00:00:00Z\nh = 0xff\nf = 1.0\nn = 1_000\n'],
  ['CRLF', '# a\r\n[servers.other]\r\nx = 1\r\n'],
])('%s: in and out again, with every comment', (_, text) => {
  const withOurs = tomlFormat.patch(text, put(tomlFormat.parse(text)))
  expect(tomlFormat.parse(withOurs)['servers']).toMatchObject({ writ: entry })
  const comments = (of: string): string[] => of.match(/#.*/g) ?? []
  expect(comments(withOurs)).toEqual(comments(text))
  const out = tomlFormat.patch(withOurs, take(tomlFormat.parse(withOurs)))
  expect(comments(out)).toEqual(comments(text))
  // A table that is left empty goes with what was in it.
  expect(out).toBe(text.replace('[servers]\n', ''))
})

test('what is no TOML throws, and is never written over', () => {
  expect(() => tomlFormat.patch('a = = 1', {})).toThrow(/./)
})
