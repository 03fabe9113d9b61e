import type { Row } from '../telemetry/event.rules.ts'
import { measuresOf } from '../telemetry/sums.rules.ts'
import { toneOf } from '../telemetry/tone.rules.ts'
import { isAlarming, reportOf, type MeasureRow, type Report } from './report.rules.ts'

/** Same numbers on every machine: mulberry32. */
export function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

type Random = () => number
type Weights = readonly (readonly [string, number])[]

interface Behaviour {
  /** Mean of the logarithm of the duration, in its standard deviations from the usual one. */
  readonly slower: number
  readonly tools: Weights
  readonly texts: readonly string[]
}

const SIGMA = 0.6
const TOOLS: Weights = [
  ['read', 40],
  ['edit', 25],
  ['bash', 20],
  ['search', 10],
  ['fetch', 4],
  ['deploy', 1],
]
const OTHER_TOOLS: Weights = [
  ['read', 25],
  ['edit', 20],
  ['bash', 40],
  ['search', 10],
  ['fetch', 4],
  ['deploy', 1],
]
const TASKS: Weights = [
  ['resolve-ticket', 60],
  ['triage', 25],
  ['refund', 14],
  ['escalate', 1],
]

/** Texts of one manner, of sentences put together at random. */
function textsOf(random: Random, sentences: readonly string[]): string[] {
  return Array.from({ length: 400 }, () => {
    const length = 2 + Math.floor(random() * 6)
    return Array.from({ length }, () => sentences[Math.floor(random() * sentences.length)]).join(' ')
  })
}

const FORMAL = [
  'The request has been processed and the account was updated.',
  'Please find the summary of the changes below.',
  'The refund will arrive within five working days.',
  'We have reviewed the order and corrected the address.',
  'It is possible that the delivery may be delayed.',
  'Thank you for your patience while we resolved this issue.',
  'The invoice was sent to the address on file.',
  'The failure was caused by an expired certificate.',
]
const CASUAL = [
  "Hey, that's done now, awesome!",
  "Yeah, I've fixed the thing.",
  "Ok so the refund's gonna show up soon!",
  "Oops, that was broken, but it's all cool now.",
  'Maybe it could be late, I guess.',
  "Thanks, you're super!",
  "Can't see anything wrong, lol.",
  "I'm on it!",
]

const styles = new Map<readonly string[], readonly (readonly ReturnType<typeof toneOf>[number][])[]>()
/** Measured once a manner: the measuring has tests of its own. */
function tonesOf(texts: readonly string[]): readonly (readonly ReturnType<typeof toneOf>[number][])[] {
  const known = styles.get(texts) ?? texts.map(toneOf)
  styles.set(texts, known)
  return known
}

const seeded = randomOf(7)
const formal = textsOf(seeded, FORMAL)
const casual = textsOf(seeded, CASUAL)
const usual: Behaviour = { slower: 0, tools: TOOLS, texts: formal }

/** What the second window of an agent is like; the first is always the usual one. */
export const SHIFTS = {
  none: usual,
  '0.3 sigma': { ...usual, slower: 0.3 },
  '1 sigma': { ...usual, slower: 1 },
  'tool mix': { ...usual, tools: OTHER_TOOLS },
  tone: { ...usual, texts: casual },
} as const satisfies Record<string, Behaviour>
export type Shift = keyof typeof SHIFTS

function pick(random: Random, weights: Weights): string {
  let at = random() * weights.reduce((sum, [, weight]) => sum + weight, 0)
  return weights.find(([, weight]) => (at -= weight) < 0)?.[0] ?? ''
}

function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}

/** Two tool calls and the end of a task, as the collector sums them up. */
function eventsOf(random: Random, { slower, tools, texts }: Behaviour): Row[] {
  const end = random()
  const outcome = end < 0.9 ? ('success' as const) : end < 0.94 ? ('partial' as const) : ('failure' as const)
  const tone = tonesOf(texts)[Math.floor(random() * texts.length)] ?? []
  const task = {
    kind: 'task',
    task: pick(random, TASKS),
    outcome,
    tone,
    cost_micros: Math.round(Math.exp(10.6 + SIGMA * normal(random))),
    duration_ms: Math.round(Math.exp(8 + SIGMA * (slower + normal(random)))),
  }
  const call = () => ({ kind: 'tool_call', tool: pick(random, tools), tone: [] })
  return [task, call(), call()] as unknown as Row[]
}

const NONE = { n: 0, total: 0, squares: 0 }

/** Risks around a third. */
function riskOf(random: Random, tasks: number) {
  const risks = Array.from({ length: tasks }, () => Math.min(1, Math.max(0, 0.3 + 0.15 * normal(random))))
  const sum = (of: (risk: number) => number): number => risks.reduce((all, one) => all + of(one), 0)
  return { n: tasks, total: sum((risk) => risk), squares: sum((risk) => risk * risk) }
}

type Measures = readonly ReturnType<typeof measuresOf>[number][]

/** Both windows of an agent, summed up as the database does it. */
function windowsOf(before: Measures, now: Measures): MeasureRow[] {
  const rows = new Map<string, MeasureRow>()
  for (const [side, measures] of Object.entries({ before, now })) {
    for (const { dimension, bucket, n, total, squares } of measures) {
      const key = `${dimension}\0${bucket}`
      const row = rows.get(key) ?? { dimension, bucket, before: NONE, now: NONE }
      const sum = row[side as 'before' | 'now']
      rows.set(key, { ...row, [side]: { n: sum.n + n, total: sum.total + total, squares: sum.squares + squares } })
    }
  }
  return [...rows.values()]
}

function workOf(random: Random, behaviour: Behaviour, tasks: number): Measures {
  const events = Array.from({ length: tasks }, () => eventsOf(random, behaviour)).flat()
  return [...events.flatMap(measuresOf), { dimension: 'risk', bucket: '', ...riskOf(random, tasks) }]
}

/** The report on one agent that did so many tasks in each window. */
export function syntheticReport(random: Random, shift: Shift, tasks: { before: number; now: number }): Report {
  const before = workOf(random, usual, tasks.before)
  return reportOf(windowsOf(before, workOf(random, SHIFTS[shift], tasks.now)))
}

/** Of agents that never change and are looked at every day for so long: how many had an alert at least once. */
export function falseAlertsOf(seed: number, agents: number, looks: number): number {
  const random = randomOf(seed)
  const hadOne = Array.from({ length: agents }, () => {
    const daily = Array.from({ length: looks + 13 }, () => workOf(random, usual, 20))
    const before = daily.slice(0, 7).flat()
    return Array.from({ length: looks }, (_, look) => daily.slice(look + 7, look + 14).flat()).some((now) =>
      reportOf(windowsOf(before, now)).dimensions.some(isAlarming),
    )
  })
  return hadOne.filter(Boolean).length / agents
}

export interface Rates {
  readonly shift: Shift
  readonly before: number
  readonly now: number
  readonly agents: number
  /** Share of the agents that were called changed at all; of agents without a shift a false alarm. */
  readonly alarms: number
  readonly drifting: number
  readonly meanScore: number
}

export function ratesOf(seed: number, agents: number, shift: Shift, tasks: { before: number; now: number }): Rates {
  const random = randomOf(seed)
  const reports = Array.from({ length: agents }, () => syntheticReport(random, shift, tasks))
  const share = (matches: (report: Report) => boolean) => reports.filter(matches).length / agents
  return {
    shift,
    ...tasks,
    agents,
    alarms: share(({ status }) => status === 'warning' || status === 'drifting'),
    drifting: share(({ status }) => status === 'drifting'),
    meanScore: reports.reduce((sum, { score }) => sum + score, 0) / agents,
  }
}
