import { expect, test } from 'vitest'
import { array, assert, integer, property, string, uniqueArray, tuple } from '#core/testing/property'
import { versionFor, type Share } from './traffic.rules.ts'

const shares = uniqueArray(tuple(string({ minLength: 1, maxLength: 12 }), integer({ min: 1, max: 1000 })), {
  minLength: 1,
  maxLength: 10,
  selector: ([id]) => id,
}).map((pairs) => pairs.map(([version_id, weight]): Share => ({ version_id, weight })))

test('the same key gets the same version, in whatever order the shares come', () => {
  assert(
    property(shares, string(), (given, key) => {
      const chosen = versionFor(given, key)
      expect(given.map((share) => share.version_id)).toContain(chosen)
      expect(versionFor(given.toReversed(), key)).toBe(chosen)
    }),
  )
})

test('a version that is taken away moves its own keys and no others', () => {
  assert(
    property(shares, array(string(), { maxLength: 20 }), (given, keys) => {
      const [gone, ...left] = given
      for (const key of keys) {
        const before = versionFor(given, key)
        const allowed = before === gone?.version_id ? [...left.map((share) => share.version_id), null] : [before]
        expect(allowed).toContain(versionFor(left, key))
      }
    }),
  )
})

test('weights are respected: each version gets its part of 4,000 keys, within five standard errors', () => {
  const KEYS = 4000
  assert(
    property(shares, integer(), (given, salt) => {
      const total = given.reduce((sum, share) => sum + share.weight, 0)
      const counts = new Map<string | null, number>()
      for (let n = 0; n < KEYS; n += 1) {
        const id = versionFor(given, `${salt} ${n}`)
        counts.set(id, (counts.get(id) ?? 0) + 1)
      }
      for (const { version_id: id, weight } of given) {
        const part = weight / total
        const spread = 5 * Math.sqrt((part * (1 - part)) / KEYS) + 1 / KEYS
        expect(Math.abs((counts.get(id) ?? 0) / KEYS - part)).toBeLessThanOrEqual(spread)
      }
    }),
    { numRuns: 20 },
  )
})

test('without shares there is no choice', () => {
  expect(versionFor([], 'k')).toBeNull()
})
