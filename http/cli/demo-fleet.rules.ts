import type { InputOf } from '../client/index.ts'

export type FleetEvent = Readonly<Record<string, unknown>> & { readonly agent_id: string; readonly type: string }

/** What an agent does in the demonstration that its like do not. */
export type Habit = 'steady' | 'stuck' | 'loop' | 'drift' | 'errors' | 'spender' | 'canary'

export interface FleetAgent {
  readonly id: string
  readonly name: string
  readonly host: string
  readonly model: string
  readonly tools: readonly string[]
  readonly task: string
  readonly habit: Habit
}

const MODELS = ['claude-sonnet-4-5', 'claude-haiku-4-5', 'claude-opus-4-5', 'gpt-5.1'] as const
const ROLES: readonly (readonly [id: string, task: string, tools: readonly string[]])[] = [
  ['triage', 'triage a ticket', ['search', 'read_ticket', 'label']],
  ['reviewer', 'review a change', ['git_diff', 'read_file', 'comment']],
  ['builder', 'build a feature', ['read_file', 'edit_file', 'run_tests']],
  ['researcher', 'answer a question', ['web_search', 'fetch', 'summarise']],
  ['support', 'answer a customer', ['crm_lookup', 'knowledge', 'reply']],
]
const HABITS: readonly (readonly [Habit, string])[] = [
  ['stuck', 'sleeper'],
  ['loop', 'looper'],
  ['drift', 'drifter'],
  ['errors', 'crasher'],
  ['spender', 'spender'],
  ['canary', 'canary'],
]
export const FLEET_SIZE = 20

/** The same agents in every run, so that a run goes on with those of the last. */
export function demoFleet(): FleetAgent[] {
  return Array.from({ length: FLEET_SIZE }, (_, n) => {
    const special = HABITS[n - (FLEET_SIZE - HABITS.length)]
    const [role, task, tools] = ROLES[n % ROLES.length] ?? ['agent', 'work', ['search']]
    const id = special ? `demo-${special[1]}` : `demo-${role}-${Math.floor(n / ROLES.length) + 1}`
    const model = MODELS[n % MODELS.length] ?? MODELS[0]
    return { id, name: id.slice(5), host: `host-${(n % 4) + 1}`, model, tools, task, habit: special?.[0] ?? 'steady' }
  })
}

/** Mulberry32: small, and the same numbers on every machine for the same seed. */
export function numbersOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

export interface Moment {
  readonly next: () => number
  /** Share of the run that is over, from 0 to 1. */
  readonly share: number
  /** Ids of the canary's versions, old and new; none where the key may not make them. */
  readonly versions: readonly string[]
}

const pick = <T>(list: readonly T[], next: () => number): T => list[Math.floor(next() * list.length)] as T

const HEARTBEAT_SECONDS = 5

/** What an agent tells in one second of the run. */
export function eventsOf(agent: FleetAgent, second: number, moment: Moment): FleetEvent[] {
  const { next, share } = moment
  const { id: agent_id, name, host, habit } = agent
  if (habit === 'stuck' && share > 0.1) return []
  const events: FleetEvent[] = []
  if (second % HEARTBEAT_SECONDS === 0) {
    events.push({
      agent_id,
      agent_name: name,
      host,
      type: 'heartbeat',
      status: habit === 'errors' && share > 0.6 ? 'error' : 'running',
    })
  }
  if (habit === 'loop' && share > 0.2)
    events.push({ agent_id, type: 'tool_call', tool_name: 'search', input: { query: 'the same again' } })
  else if (next() < 0.3) events.push(toolCall(agent, moment))
  if (next() < (habit === 'spender' ? 0.6 : 0.15)) events.push(cost(agent, moment))
  const failing = habit === 'errors' && share > 0.3 ? 0.5 : 0.004
  if (next() < failing)
    events.push({ agent_id, type: 'error', error: pick(['timeout after 30 s', 'rate limited', 'exit status 1'], next) })
  if (next() < 0.05) events.push(ended(agent, moment))
  return events
}

const drifted = ({ habit }: FleetAgent, { share }: Moment): boolean => habit === 'drift' && share > 0.3

function toolCall(agent: FleetAgent, moment: Moment): FleetEvent {
  const { next } = moment
  const tools = drifted(agent, moment) ? ['shell', 'delete_file', 'curl'] : agent.tools
  return {
    agent_id: agent.id,
    type: 'tool_call',
    tool_name: pick(tools, next),
    input: { n: Math.floor(next() * 1e9) },
    duration_ms: Math.round(50 + next() * 2000),
  }
}

function cost(agent: FleetAgent, { next }: Moment): FleetEvent {
  const size = agent.habit === 'spender' ? 20 : 1
  return {
    agent_id: agent.id,
    type: 'cost',
    model: agent.model,
    tokens_in: Math.round((500 + next() * 3000) * size),
    tokens_out: Math.round((100 + next() * 900) * size),
    cache_read_tokens: Math.round(next() * 8000 * size),
  }
}

/** One ended task. The new version of the canary fails less and costs less; the drifting one the other way. */
function ended(agent: FleetAgent, moment: Moment): FleetEvent {
  const { next, versions } = moment
  const isNew = next() < 0.2
  const version = agent.habit === 'canary' ? versions[isNew ? 1 : 0] : undefined
  const [failing, factor] = drifted(agent, moment) ? [0.4, 4] : version !== undefined && isNew ? [0.05, 0.5] : [0.12, 1]
  const luck = next()
  return {
    agent_id: agent.id,
    type: 'task',
    task: agent.task,
    outcome: luck < failing ? 'failure' : luck < failing + 0.08 ? 'partial' : 'success',
    cost_usd: Number(((0.01 + next() * 0.05) * factor).toFixed(4)),
    duration_ms: Math.round((2000 + next() * 20_000) * factor),
    value_usd: Number((0.5 + next()).toFixed(2)),
    ...(version === undefined ? {} : { version_id: version }),
  }
}

export const HISTORY_DAYS = 30
/** Enough of each for a baseline of 100 samples and a current week of 30. */
const ENDED_A_DAY = 5
const CALLS_A_DAY = 5
const COSTS_A_DAY = 2
const EVENTS_A_DAY = ENDED_A_DAY + CALLS_A_DAY + COSTS_A_DAY
/** The drift began so long ago: a run alone is too short to tell it from chance. */
const DRIFTING_DAYS = 5
const DAY_MS = 86_400_000

/**
 * A month of work before the run, so that charts have a past and a drift has something to drift from. An event has the
 * same id in every run, so that a further run adds only the days since.
 */
export function historyOf(agent: FleetAgent, now: Date, moment: Omit<Moment, 'share'>): FleetEvent[] {
  const today = Math.floor(now.getTime() / DAY_MS)
  return Array.from({ length: HISTORY_DAYS * EVENTS_A_DAY }, (_, n) => {
    const daysAgo = HISTORY_DAYS - Math.floor(n / EVENTS_A_DAY)
    const past = { ...moment, share: daysAgo <= DRIFTING_DAYS ? 1 : 0 }
    const kind = n % EVENTS_A_DAY
    const day = today - daysAgo
    const event =
      kind < ENDED_A_DAY
        ? ended(agent, past)
        : kind < ENDED_A_DAY + CALLS_A_DAY
          ? toolCall(agent, past)
          : cost(agent, past)
    const at = new Date((day + 0.3 + moment.next() * 0.4) * DAY_MS)
    return { ...event, event_id: `demo-past-${agent.id}-${day}-${kind}`, timestamp: at.toISOString() }
  })
}

type Act = InputOf<'actions_create'>

/** What one agent asks the guard at this second, if any: mostly harmless, sometimes not, and once something to approve. */
export function actAt(second: number, fleet: readonly FleetAgent[], { next }: Pick<Moment, 'next'>): Act | null {
  if (second % 4 !== 2) return null
  const { id: agent_id, name: agent_name } = pick(fleet, next)
  const about = { agent_id, agent_name }
  if (second === 10) {
    return {
      ...about,
      action_type: 'deploy',
      declared_goal: `Ship build ${Math.floor(next() * 1e6)} to production`,
      target: 'prod/shop',
      systems_touched: ['production'],
    }
  }
  const dangerous = next() < 0.15
  const command = dangerous
    ? 'rm -rf / --no-preserve-root'
    : pick(['git status --short', 'npm test', 'ls -la src'], next)
  const goal = dangerous ? 'Free some disk space' : 'See where the work stands'
  return {
    ...about,
    action_type: dangerous ? 'cleanup' : 'review',
    declared_goal: `${goal} (${second})`,
    act: { kind: 'shell', command },
  }
}
