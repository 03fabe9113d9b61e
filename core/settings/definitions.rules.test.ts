import { expect, test } from 'vitest'
import { beyondRole } from './definitions.rules.ts'

const definitions = [
  { key: 'for_all', role: 'admin' as const },
  { key: 'for_owners', role: 'owner' as const },
]

test.each([
  ['owner', ['for_all', 'for_owners'], []],
  ['admin', ['for_all'], []],
  ['admin', ['for_all', 'for_owners'], ['for_owners']],
  ['member', ['for_owners'], ['for_owners']],
] as const)('a change by %s of %j is refused for %j', (role, changed, beyond) => {
  expect(beyondRole(role, changed, definitions)).toEqual(beyond)
})
