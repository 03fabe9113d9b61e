import { expect, test } from 'vitest'
import { liesUnder, normaliseTarget, startsWithPrefix } from './prefix.rules.ts'

test.each([
  ['a/./b/../c', 'a/c'],
  ['a\\b\\c', 'a/b/c'],
  ['/a//b/', '/a/b/'],
  ['../x', '../x'],
  ['/../x', '/x'],
  ['HTTPS://Api.Example/a/../b', 'https://api.example/b'],
])('%s is %s', (target, normal) => {
  expect(normaliseTarget(target)).toBe(normal)
})

test('a URL cannot climb out of its host', () => {
  expect(liesUnder('https://evil.example/../api.example/x', 'https://api.example')).toBe(false)
})

test('a query cannot pose as a path, nor an encoded dot as a name', () => {
  expect(liesUnder('https://api.example/admin?x=/../v1/y', 'https://api.example/v1')).toBe(false)
  expect(liesUnder('https://api.example/v1/%2e%2E/admin', 'https://api.example/v1')).toBe(false)
})

test.each([
  ['staging/x', 'staging', true],
  ['staging', 'staging/', true],
  ['staging-2/x', 'staging', false],
  ['../staging/x', 'staging', false],
  ['https://api.example/v1/x', 'https://api.example/v1', true],
  ['https://api.example.evil.net/v1', 'https://api.example', false],
  ['db:orders', 'db:', true],
])('%s under %s: %s', (target, prefix, lies) => {
  expect(liesUnder(target, prefix)).toBe(lies)
})

test('a restrictive prefix meets either spelling', () => {
  expect(startsWithPrefix('./prod-eu/x', 'prod')).toBe(true)
  expect(startsWithPrefix('PROD/x', 'prod/')).toBe(true)
  expect(startsWithPrefix('product', 'prod/')).toBe(false)
  expect(startsWithPrefix(null, 'prod')).toBe(false)
})
