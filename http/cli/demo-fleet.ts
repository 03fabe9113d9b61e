import { setTimeout as sleep } from 'node:timers/promises'
import { GuardBlockedError, WritError, type Connection } from '../client/index.ts'
import {
  actAt,
  demoFleet,
  eventsOf,
  historyOf,
  numbersOf,
  type FleetAgent,
  type FleetEvent,
  type Moment,
} from './demo-fleet.rules.ts'
import { setStage } from './demo-fleet-stage.ts'
import { TaskBoard } from './demo-fleet-tasks.ts'
import { demoVersions } from './demo-fleet-versions.ts'
import { ago, paint, say, sayJson } from './terminal.ts'

export interface FleetPlan {
  readonly seconds: number
  readonly seed: number
  readonly json: boolean
}

interface Told {
  events: number
  acts: Record<string, number>
  /** By what became of them. */
  tasks: Readonly<Record<string, number>>
}

const BATCH = 1000
const INTERRUPTED = 130

/** Simulates a fleet against the server, one call a second; what it made stays, and ends as stopped. */
export async function demoOfFleet(server: Connection, { seconds, seed, json }: FleetPlan): Promise<void> {
  const fleet = demoFleet()
  const next = numbersOf(seed)
  const interrupt = new AbortController()
  const onInterrupt = (): void => interrupt.abort()
  // Once: a second Ctrl-C ends the program at once, as it always does.
  process.once('SIGINT', onInterrupt).once('SIGTERM', onInterrupt)
  const told: Told = { events: 0, acts: {}, tasks: {} }
  const stage = await setStage(server)
  try {
    const versions = await demoVersions(server, fleet)
    if (!json) introduce(server, fleet, { seconds, seed, notes: stage.notes })
    const run = new Run(server, { fleet, next, versions, told, prefix: `demo-${seed}-${Date.now().toString(36)}` })
    await run.history()
    await run.live(seconds, interrupt.signal, json)
    await run.stop()
  } finally {
    await stage.clear()
    process.off('SIGINT', onInterrupt).off('SIGTERM', onInterrupt)
  }
  if (interrupt.signal.aborted) process.exitCode = INTERRUPTED
  if (json) return sayJson({ ok: true, agents: fleet.length, interrupted: interrupt.signal.aborted, ...told })
  say(
    `\n${paint('green', interrupt.signal.aborted ? 'Stopped.' : 'Done.')} ${told.events} events of ${fleet.length} agents.`,
  )
  say(await silence(server, fleet))
}

interface RunParts {
  readonly fleet: readonly FleetAgent[]
  readonly next: () => number
  readonly versions: readonly string[]
  readonly told: Told
  /** Events of this run are known by it, so that a call that is sent again counts once. */
  readonly prefix: string
}

class Run {
  readonly #server: Connection
  readonly #parts: RunParts
  readonly #board: TaskBoard
  #made = 0

  constructor(server: Connection, parts: RunParts) {
    this.#server = server
    this.#parts = parts
    this.#board = new TaskBoard(server, parts.fleet)
  }

  async history(): Promise<void> {
    const { fleet, next, versions } = this.#parts
    const now = new Date()
    await this.#send(fleet.flatMap((agent) => historyOf(agent, now, { next, versions })))
  }

  async live(seconds: number, signal: AbortSignal, quiet: boolean): Promise<void> {
    const { fleet, next, versions, told } = this.#parts
    const started = performance.now()
    for (let second = 0; second < seconds && !signal.aborted; second += 1) {
      const moment: Moment = { next, versions, share: second / seconds }
      await this.#send(fleet.flatMap((agent) => eventsOf(agent, second, moment)))
      await this.#act(second, moment)
      await this.#board.turn(second, next)
      if (!quiet && process.stdout.isTTY)
        process.stdout.write(`\r  ${second + 1}/${seconds} s · ${told.events} events `)
      await sleep(Math.max(0, started + (second + 1) * 1000 - performance.now()), undefined, { signal }).catch(
        () => undefined,
      )
    }
  }

  /** All but the one that fell silent say goodbye, so that nobody is alarmed tomorrow. */
  async stop(): Promise<void> {
    await this.#board.stop()
    this.#parts.told.tasks = this.#board.counts
    const going = this.#parts.fleet.filter(({ habit }) => habit !== 'stuck')
    await this.#send(going.map(({ id }) => ({ agent_id: id, type: 'status_change', status: 'stopped' })))
  }

  async #send(events: readonly FleetEvent[]): Promise<void> {
    const { prefix, told } = this.#parts
    const known = events.map((event) => ({ event_id: `${prefix}-${(this.#made += 1)}`, ...event }))
    for (let from = 0; from < known.length; from += BATCH) {
      const { accepted } = await this.#server.call('telemetry_collect', { events: known.slice(from, from + BATCH) })
      told.events += accepted
    }
  }

  async #act(second: number, moment: Moment): Promise<void> {
    const act = actAt(second, this.#parts.fleet, moment)
    if (act === null) return
    const decision = await decisionOn(this.#server, act)
    this.#parts.told.acts[decision] = (this.#parts.told.acts[decision] ?? 0) + 1
  }
}

async function decisionOn(server: Connection, act: NonNullable<ReturnType<typeof actAt>>): Promise<string> {
  try {
    const { action } = await server.call('actions_create', act)
    if (action.status === 'running') {
      await server.call('actions_report_outcome', { action_id: action.action_id, status: 'completed', summary: 'Demo' })
    }
    return action.status
  } catch (error) {
    if (error instanceof GuardBlockedError || (error instanceof WritError && error.status === 403)) return 'blocked'
    throw error
  }
}

const told: Readonly<Record<string, string>> = {
  stuck: 'falls silent',
  loop: 'makes the same call again and again',
  drift: 'changes its tools, costs and success',
  errors: 'fails often',
  spender: 'spends twenty times what others do',
  canary: 'has two versions, the new one for a fifth of its tasks, and better at them',
}

interface Introduction extends Omit<FleetPlan, 'json'> {
  readonly notes: readonly string[]
}

function introduce(server: Connection, fleet: readonly FleetAgent[], { seconds, seed, notes }: Introduction): void {
  say(
    `${paint('bold', `A fleet of ${fleet.length} agents for ${seconds} s`)} ${paint('dim', `(${server.baseUrl}; seed ${seed}; nothing is executed)`)}`,
  )
  for (const { id, habit } of fleet) if (told[habit] !== undefined) say(`  ${id.padEnd(16)} ${told[habit]}`)
  for (const note of notes) say(paint('dim', `  ${note}`))
  say(
    paint('dim', '  Watch it in the pages: fleet, tasks, alerts, costs, agents, decisions, approvals. Ctrl-C ends it.'),
  )
}

/** When the silent one will be missed, by what the server knows of it. */
async function silence(server: Connection, fleet: readonly FleetAgent[]): Promise<string> {
  const id = fleet.find(({ habit }) => habit === 'stuck')?.id ?? ''
  const { agent } = await server.call('fleet_get', { agent_id: id, events: 0 })
  const since = agent.last_heartbeat === null ? '' : `, silent for ${ago(agent.last_heartbeat)}`
  const note = agent.status === 'stuck' ? '' : '; it counts as stuck after the time set in alert_stuck_minutes'
  return paint('dim', `${id}: ${agent.status}${since}${note}.`)
}
