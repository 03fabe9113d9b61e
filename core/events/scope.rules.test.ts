import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { scopeOfEvent } from './scope.rules.ts'

test.each([
  ['action.updated', 'actions:read'],
  ['guard.decision.created', 'guard:read'],
  ['loop.created', 'loops:read'],
  ['policy.updated', 'policies:read'],
  ['org.halted', 'halt:read'],
  ['agent.paused', 'agents:read'],
  ['drift.detected', 'agents:read'],
  ['alert.raised', 'alerts:read'],
  ['signal.detected', 'actions:read'],
])('%s takes %s', (name, scope) => {
  expect(scopeOfEvent(name)).toBe(scope)
})

test('an event of no known domain is told to nobody', () => {
  expect(scopeOfEvent('secret.made')).toBeNull()
  expect(scopeOfEvent('')).toBeNull()
  expect(scopeOfEvent('toString')).toBeNull()
})

test('every event that the code emits has a scope', () => {
  const core = fileURLToPath(new URL('..', import.meta.url))
  const sources = readdirSync(core, { recursive: true, encoding: 'utf8' }).filter((path) =>
    /(?<!\.test)\.ts$/.test(path),
  )
  const emitted = sources.flatMap((path) => {
    const text = readFileSync(core + path, 'utf8')
    return [...text.matchAll(/name: '([a-z]+(?:\.[a-z]+)+)',\s+ref[:,]/g)].map((match) => match[1] ?? '')
  })
  expect(emitted).toEqual(expect.arrayContaining(['action.created', 'guard.decision.created', 'loop.updated']))
  expect(emitted.filter((name) => scopeOfEvent(name) === null)).toEqual([])
})
