import { expect, test } from 'vitest'
import { defaultRows } from './default-rows.ts'
import { judgeOffline } from './judge.ts'

const at = new Date('2026-11-01T12:00:00Z')
const shell = (command: string) => ({ action_type: 'other', act: { kind: 'shell', command } })

test.each([
  ['git status', 'allow'],
  ['git push --force origin feature', 'require_approval'],
  ['rm -rf /', 'block'],
])('%s: %s by the policies that an org starts with', (command, decision) => {
  const { verdict, risk } = judgeOffline(defaultRows())(shell(command), at)
  expect(verdict.decision).toBe(decision)
  expect(risk).toBeGreaterThanOrEqual(0)
})

test('a policy that needs an answer from outside says nothing', () => {
  const rules = { max_actions: 1, window_minutes: 60, action: 'block' }
  const row = { id: 'p1', name: 'few', policy_type: 'rate_limit', rules, active: true, agent_ids: null }
  expect(judgeOffline([row])(shell('ls'), at).verdict.decision).toBe('allow')
})
