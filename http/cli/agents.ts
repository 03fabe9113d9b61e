import { Option, type Command } from 'commander'
import type { InputOf, OutputOf } from '../client/index.ts'
import { define, group, type RemoteOptions } from './define.ts'
import { wholeNumber } from './option.rules.ts'
import { connect } from './remote.ts'
import { ago, harmless, paint, program, say, sayJson, sayTable } from './terminal.ts'

type Status = NonNullable<InputOf<'agents_list'>['status']>
type Agent = OutputOf<'agents_list'>['agents'][number]
type Profile = OutputOf<'agents_get_profile'>

interface ListOptions extends RemoteOptions {
  readonly status?: Status
  readonly find?: string
  readonly paused?: boolean
  readonly limit: number
}

interface RegisterOptions extends RemoteOptions {
  readonly name?: string
  readonly description?: string
}

interface PauseOptions extends RemoteOptions {
  readonly reason?: string
}

export function addAgents(parent: Command): void {
  const agents = group(parent, 'agents', 'List, register, pause and resume agents.', 'agents list').alias('agent')
  define(agents, 'list', {
    summary: 'List the agents that were seen or registered.',
    example: 'agents list --status online',
    remote: true,
  })
    .addOption(
      new Option('--status <status>', 'by heartbeat').choices([
        'online',
        'idle',
        'busy',
        'stale',
        'offline',
        'unknown',
      ] satisfies Status[]),
    )
    .option('--find <text>', 'part of the id or the name')
    .option('--paused', 'only those that are paused')
    .option('--limit <number>', 'how many at most', wholeNumber(1, 200), 50)
    .action(list)
  define(agents, 'show <agent-id>', {
    summary: 'Show one agent: presence, record, what is amiss.',
    example: 'agents show deploy-bot',
    remote: true,
  }).action(show)
  define(agents, 'register <agent-id>', {
    summary: 'Let an agent in, also where enrolment is closed.',
    example: "agents register deploy-bot --name 'Deploy bot'",
    remote: true,
  })
    .option('--name <text>', 'what people call it')
    .option('--description <text>', 'what it is for')
    .action(register)
  define(agents, 'pause <agent-id>', {
    summary: 'Block every act of one agent.',
    example: "agents pause deploy-bot --reason 'loops'",
    remote: true,
  })
    .option('--reason <text>', 'told to the agent')
    .action(pause)
  define(agents, 'resume <agent-id>', {
    summary: 'Lift the pause of one agent.',
    example: 'agents resume deploy-bot',
    remote: true,
  }).action(unpause)
}

async function list(options: ListOptions): Promise<void> {
  const { status, find, paused, limit } = options
  const answer = await connect(options).call('agents_list', {
    limit,
    ...(status === undefined ? {} : { status }),
    ...(find === undefined ? {} : { q: find }),
    ...(paused === undefined ? {} : { paused }),
  })
  if (options.json) return sayJson(answer)
  if (answer.agents.length === 0) return say('No agents.')
  const rows = answer.agents.map((agent) => [
    agent.agent_id,
    { painted: stateOf(agent) },
    agent.action_count,
    agent.last_active === null ? 'never' : `${ago(agent.last_active)} ago`,
    agent.registered_at === null ? 'no' : 'yes',
    agent.agent_name,
  ])
  sayTable(['AGENT', 'STATE', 'ACTIONS', 'ACTIVE', 'REGISTERED', 'NAME'], rows)
  if (answer.next_cursor !== null) say(paint('dim', `the first ${answer.agents.length}; more with --limit or --find`))
}

function stateOf({ paused, presence }: Agent): string {
  if (paused) return paint('red', 'paused')
  return presence.status === 'online' ? paint('green', 'online') : presence.status
}

async function show(id: string, options: RemoteOptions): Promise<void> {
  const profile = await connect(options).call('agents_get_profile', { agent_id: id })
  if (options.json) return sayJson(profile)
  for (const [name, value] of shownFields(profile)) say(`${paint('dim', name.padEnd(12))} ${harmless(value)}`)
  for (const { label, severity, detail } of profile.signals) {
    say(`${paint(severity === 'red' ? 'red' : 'yellow', label.padEnd(12))} ${harmless(detail)}`)
  }
}

function shownFields({ agent, trust, assumptions_summary: assumed }: Profile): [string, string][] {
  const { presence } = agent
  const fields: [string, string | number | null][] = [
    ['agent', agent.agent_id],
    ['name', agent.agent_name],
    ['is for', agent.description],
    ['presence', presence.status],
    ['heartbeat', presence.last_heartbeat_at],
    ['at work on', presence.current_task_id],
    ['active', agent.last_active],
    ['first seen', agent.first_seen_at],
    ['registered', agent.registered_at],
    ['actions', agent.action_count],
    ['30 days', `${trust.decisions} decisions, ${trust.blocked} blocked, ${trust.asked} asked a person`],
    ['ended', `${trust.completed} completed, ${trust.failed} failed`],
    ['mean risk', trust.risk_score],
    ['assumptions', assumed.total === 0 ? null : `${assumed.total}, of which ${assumed.at_risk} long unchecked`],
  ]
  return fields.flatMap(([name, value]) => (value === null ? [] : [[name, String(value)]]))
}

async function register(id: string, options: RegisterOptions): Promise<void> {
  const { name, description } = options
  const answer = await connect(options).call('agents_create', {
    agent_id: id,
    ...(name === undefined ? {} : { agent_name: name }),
    ...(description === undefined ? {} : { description }),
  })
  if (options.json) return sayJson(answer)
  const done = answer.idempotent_replay ? 'was registered already' : 'is registered'
  say(`${harmless(id)} ${done}. A key that speaks for it only: ${program()} keys create <name> --agent ${harmless(id)}`)
}

async function pause(id: string, options: PauseOptions): Promise<void> {
  const reason = options.reason === undefined ? {} : { reason: options.reason }
  const state = await connect(options).call('agents_pause', { agent_id: id, ...reason })
  if (options.json) return sayJson(state)
  say(`${paint('red', 'Paused')} ${harmless(id)} until: ${program()} agents resume ${harmless(id)}`)
}

async function unpause(id: string, options: RemoteOptions): Promise<void> {
  const state = await connect(options).call('agents_resume', { agent_id: id })
  if (options.json) return sayJson(state)
  say(`${paint('green', 'Resumed')} ${harmless(id)}.`)
}
