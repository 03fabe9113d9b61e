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

test('what looks at the time or the session is told, so that nobody takes it for every moment', () => {
  const rows = (when: string) => [
    { id: 'p1', name: 'p1', policy_type: 'condition', rules: { when, action: 'block' }, active: true, agent_ids: null },
  ]
  const request = { ...shell('ls'), harness_session_id: 's1' }
  expect(judgeOffline(defaultRows())(request, at).isTimeless).toBe(true)
  expect(judgeOffline(rows('now.getHours() == 12'))(request, at)).toMatchObject({
    isTimeless: false,
    verdict: { decision: 'block' },
  })
  const judge = judgeOffline(rows('harness_session_id == "s1"'))
  expect(judge(request, at)).toMatchObject({ isTimeless: false, verdict: { decision: 'block' } })
  expect(judge({ ...request, harness_session_id: 's2' }, at)).toMatchObject({ verdict: { decision: 'allow' } })
})
