import { expect, test } from 'vitest'
import { OFFLINE_MS, presenceAt, STALE_MS, type PresenceStatus, type Reported } from './presence.rules.ts'

const now = new Date('2026-05-01T12:00:00Z')

test.each<[Reported | null, number, PresenceStatus]>([
  [null, 0, 'unknown'],
  ['online', 0, 'online'],
  ['busy', STALE_MS - 1, 'busy'],
  ['busy', STALE_MS, 'stale'],
  ['stale', 0, 'stale'],
  ['idle', OFFLINE_MS - 1, 'stale'],
  ['idle', OFFLINE_MS, 'offline'],
  ['offline', 0, 'offline'],
  ['offline', STALE_MS, 'offline'],
  // The clocks of two replicas differ by a little.
  ['online', -2000, 'online'],
])('%s, silent for %d ms: %s', (status, silent, expected) => {
  expect(presenceAt(status, new Date(now.getTime() - silent), now)).toBe(expected)
})

test('without a heartbeat nothing is known', () => {
  expect(presenceAt('online', null, now)).toBe('unknown')
})
