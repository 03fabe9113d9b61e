/**
 * `npm run try:drift`: how often agents that did not change are called changed, and how often those that did. Made-up
 * agents with known shifts, always the same ones.
 */
import { falseAlertsOf, ratesOf, SHIFTS, type Shift } from '#core/drift/test-synthetic'

const AGENTS = 400
const SEED = 20_260_215
const percent = (share: number): string => `${(share * 100).toFixed(2)} %`.padStart(9)

function row(shift: Shift, tasks: { before: number; now: number }, agents = AGENTS): number {
  const { alarms, drifting, meanScore } = ratesOf(SEED, agents, shift, tasks)
  const sizes = `${tasks.before} / ${tasks.now}`.padStart(11)
  console.log(
    `${shift.padEnd(10)} ${sizes} ${percent(alarms)} ${percent(drifting)} ${meanScore.toFixed(3).padStart(7)}`,
  )
  return alarms
}

console.log(`${AGENTS} agents a line, ${4 * AGENTS} without a shift; samples in the baseline / now`)
console.log('shift      samples       called changed  drifting  mean score')
const sizes = [
  { before: 30, now: 30 },
  { before: 60, now: 200 },
  { before: 200, now: 200 },
  { before: 1000, now: 50 },
]
const falseAlarms = sizes.map((tasks) => row('none', tasks, 4 * AGENTS))
const equal = { before: 200, now: 200 }
const found = Object.fromEntries(
  (Object.keys(SHIFTS) as Shift[]).filter((shift) => shift !== 'none').map((shift) => [shift, row(shift, equal)]),
)
const most = Math.max(...falseAlarms)
const least = Math.min(...['1 sigma', 'tool mix', 'tone'].map((shift) => found[shift] ?? 0))
console.log(`false alarms at most ${percent(most).trim()} (allowed: 5 %)`)
console.log(`found at least ${percent(least).trim()} of 1 sigma, tool mix, tone with 200 samples (wanted: 95 %)`)
console.log(`${percent(falseAlertsOf(SEED, 100, 30)).trim()} of agents without a shift had an alert in 30 daily looks`)
if (most > 0.05 || least < 0.95) process.exitCode = 1
