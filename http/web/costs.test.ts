import { expect, test } from 'vitest'
import { costsCsv, daysOf, firstDay, unusuallyDear, type Costs } from './pages/costs.rules.ts'
import { niceTop } from './parts/bars.tsx'

const NOW = Date.parse('2026-03-01T23:59:00Z')
const costs: Costs = {
  total_usd: 3,
  total_tokens: 10,
  unpriced_count: 1,
  by_agent: [{ agent_id: 'a', agent_name: '=A', cost_usd: 3, tokens: 10, unpriced_count: 1, anomaly: null }],
  by_model: [{ model: null, cost_usd: 3, tokens: 10, unpriced_count: 1 }],
  by_day: [{ day: '2026-02-27', cost_usd: 3, tokens: 10, unpriced_count: 1 }],
  by_version: [],
  by_agent_at: null,
  other_versions_usd: 0,
  by_task: [{ task: 'review', cost_usd: 2, count: 4 }],
  other_tasks_usd: 1,
  anomaly: null,
}

test('a period ends today and has every day, those without a cost too', () => {
  expect(firstDay(7, NOW)).toBe('2026-02-23')
  const days = daysOf(costs, 7, NOW)
  expect(days.map(({ day }) => day)).toEqual([
    '2026-02-23',
    '2026-02-24',
    '2026-02-25',
    '2026-02-26',
    '2026-02-27',
    '2026-02-28',
    '2026-03-01',
  ])
  expect(days.map(({ usd }) => usd)).toEqual([0, 0, 0, 0, 3, 0, 0])
})

test('the file has the days, the agents, the models and the tasks', () => {
  expect(costsCsv(costs, daysOf(costs, 7, NOW).slice(4, 5)).split('\r\n')).toEqual([
    'by,id,name,cost_usd,tokens,unpriced_events',
    'day,2026-02-27,2026-02-27,3,10,1',
    "agent,a,'=A,3,10,1",
    'model,,,3,10,1',
    'task,review,review,2,,',
    '',
  ])
})

test.each([
  [null, 9, false],
  [{ z: 3.6, median_usd: 1 }, 9, true],
  [{ z: 3.5, median_usd: 1 }, 9, false],
  [{ z: -8, median_usd: 1 }, 0, false],
  [{ z: null, median_usd: 1 }, 9, true],
  [{ z: null, median_usd: 1 }, 0, false],
  [{ z: null, median_usd: 0 }, undefined, true],
  [{ z: null, median_usd: 1 }, undefined, false],
])('of %j with %s today it is %s that the day is unusually dear', (anomaly, today, dear) => {
  expect(unusuallyDear(anomaly && { day: '2026-03-01', ...anomaly }, today)).toBe(dear)
})

test.each([
  [0, 1],
  [0.031, 0.04],
  [1, 1],
  [21.4, 30],
  [99, 100],
])('a scale for %s goes up to %s', (highest, top) => expect(niceTop(highest)).toBeCloseTo(top))
