import { expect, test } from 'vitest'
import { Instant } from './time.ts'

test.each(['1970-01-01T00:00:00Z', '2026-01-02T03:04:05.678+05:30', '9999-12-30T23:59:59Z'])('takes %s', (text) => {
  expect(Instant.safeParse(text).success).toBe(true)
})

test.each([
  '0000-01-01T00:00:00Z',
  '1969-12-31T23:59:59Z',
  '9999-12-31T23:59:59-23:59',
  '2026-02-30T00:00:00Z',
  '2026-02-30',
  '2026-13-01 10:00',
  '2026-01-01T25:00:00Z',
  '20260101T000000Z',
  'Thu, 01 Jan 2026 00:00:00 GMT',
  '1767225600',
  'now',
  `2026-01-01T00:00:00.${'0'.repeat(100)}Z`,
])('refuses %s', (text) => {
  expect(Instant.safeParse(text).success).toBe(false)
})

test.each([
  ['2026-01-01', '2026-01-01T00:00:00.000Z'],
  ['2026-01-01T10:20', '2026-01-01T10:20:00.000Z'],
  ['2026-01-01T10:20:30.123456', '2026-01-01T10:20:30.123Z'],
  ['2026-01-01 10:20:30Z', '2026-01-01T10:20:30.000Z'],
  ['2026-01-01 10:20:30,5 +02:00', '2026-01-01T08:20:30.500Z'],
  ['2026-01-01T10:20:30+0200', '2026-01-01T08:20:30.000Z'],
  ['2026-01-01T10:20:30-05', '2026-01-01T15:20:30.000Z'],
])('reads %s as %s, as many languages write it', (text, utc) => {
  expect(Instant.parse(text)).toBe(utc)
  expect(Instant.parse(utc)).toBe(utc)
})

test.each([
  ['2026-01-01T00:00:00+23:00', '2025-12-31T01:00:00.000Z'],
  ['2026-01-01T00:00:00-23:59', '2026-01-01T23:59:00.000Z'],
  ['2026-01-02T03:04:05.678+05:30', '2026-01-01T21:34:05.678Z'],
])('hands %s on as %s: PostgreSQL refuses offsets above 15:59', (text, utc) => {
  expect(Instant.parse(text)).toBe(utc)
})
