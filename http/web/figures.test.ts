import { expect, test } from 'vitest'
import { ApiError, problemAt } from './api/client.ts'
import { trendOf } from './pages/fleet.rules.ts'
import { historyOf, waitsFor, type Task } from './pages/task.rules.ts'
import { isWeight, sharesOf, tookOf } from './pages/traffic.rules.ts'

const NOW = Date.parse('2026-03-14T09:00:00Z')
const day = (date: string, cost_usd: number, events: number) => ({ day: date, cost_usd, events, errors: 0 })

test('a trend is of costs, or of events where none has a price; the last day is today', () => {
  const costs = trendOf({ usage: [day('2026-03-01', 2, 9), day('2026-03-14', 1, 9), day('2026-02-28', 99, 9)] }, NOW)
  expect(costs.values).toEqual([2, ...Array.from({ length: 12 }, () => 0), 1])
  expect(costs.words).toBe('Cost of 14 days: $3.00, at most $2.00 a day, $1.00 today')
  expect(trendOf({ usage: [day('2026-03-13', 0, 5)] }, NOW).words).toBe(
    'Events of 14 days: 5, at most 5 a day, 0 today',
  )
  expect(trendOf({}, NOW).words).toBe('Nothing in 14 days')
})

test('shares are parts of the sum of those that are weights', () => {
  const weights = ['90', '30', '', '0', '1001', '1.5'].map((weight, n) => ({ version_id: String(n), weight }))
  expect(sharesOf(weights)).toEqual([0.75, 0.25, null, null, null, null])
  expect(['1', '1000', '-1', '1e3'].map(isWeight)).toEqual([true, true, false, false])
})

test.each([
  [12, '12 ms'],
  [12_340, '12.3 s'],
  [185_000, '3 min 5 s'],
])('%d ms is told as %s', (ms, words) => expect(tookOf(ms)).toBe(words))

test('a problem stands at its field, or at what the field is made of', () => {
  const details = ['events.0: is unknown', 'events.1: is too long', 'url: must be https', 'urls: no']
  const error = new ApiError('Validation failed', { details })
  expect(problemAt(error, 'events')).toBe('is unknown; is too long')
  expect(problemAt(error, 'url')).toBe('must be https')
  expect(problemAt(error, 'title')).toBeUndefined()
  expect(problemAt(new Error('url: no'), 'url')).toBeUndefined()
})

test('the way of a task: asked, started again, back in the queue, ended', () => {
  const base: Task = {
    task_id: 't',
    agent_id: 'a',
    agent_name: null,
    version_id: null,
    title: 'T',
    description: null,
    priority: 'medium',
    status: 'queued',
    input: null,
    output: null,
    progress: null,
    progress_note: null,
    cost_usd: null,
    reason: 'It broke.',
    attempts: 2,
    max_attempts: 3,
    available_at: '2026-03-14T09:00:00Z',
    deadline: null,
    leased_until: null,
    worker: null,
    decision_id: 'd1',
    approval: { action_id: 'x', state: 'pending' },
    created_by: 'key',
    created_at: '2026-03-14T08:00:00Z',
    updated_at: '2026-03-14T09:00:00Z',
    started_at: '2026-03-14T08:30:00Z',
    completed_at: null,
  }
  expect(waitsFor(base)).toBe('x')
  expect(historyOf(base).map(({ what }) => what)).toEqual([
    'Queued',
    'A person is asked whether it may run',
    'Started for the first time',
    'Started 2 times so far',
    'Went back to the queue',
  ])
  const ended: Task = { ...base, status: 'failed', completed_at: '2026-03-14T09:30:00Z' }
  expect(waitsFor(ended)).toBeUndefined()
  expect(historyOf(ended).at(-1)).toEqual({ what: 'Failed', at: ended.completed_at, why: 'It broke.' })
})
