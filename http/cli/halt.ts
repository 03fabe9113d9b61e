import type { Command } from 'commander'
import { define, group, type RemoteOptions } from './define.ts'
import { connect } from './remote.ts'
import { harmless, paint, program, say, sayJson } from './terminal.ts'

interface PauseOptions extends RemoteOptions {
  readonly reason?: string
}

export function addHalt(parent: Command): void {
  define(parent, 'halt <reason>', {
    summary: 'Kill switch: from now on every act of every agent is blocked.',
    example: "halt 'strange deployments'",
    remote: true,
  }).action(halt)
  define(parent, 'resume', { summary: 'Lift the halt.', example: 'resume', remote: true }).action(resume)
  const agent = group(parent, 'agent', 'Pause and resume one agent.', 'agent pause deploy-bot')
  define(agent, 'pause <agent-id>', {
    summary: 'Block every act of one agent.',
    example: "agent pause deploy-bot --reason 'loops'",
    remote: true,
  })
    .option('--reason <text>', 'told to the agent')
    .action(pause)
  define(agent, 'resume <agent-id>', {
    summary: 'Lift the pause of one agent.',
    example: 'agent resume deploy-bot',
    remote: true,
  }).action(unpause)
}

async function halt(reason: string, options: RemoteOptions): Promise<void> {
  const state = await connect(options).call('halt_start', { reason })
  if (options.json) return sayJson(state)
  say(`${paint('red', 'Halted.')} Every act is blocked until: ${program()} resume`)
}

async function resume(options: RemoteOptions): Promise<void> {
  const state = await connect(options).call('halt_stop', {})
  if (options.json) return sayJson(state)
  say(`${paint('green', 'Resumed.')} Guard decides by the policies again.`)
}

async function pause(id: string, options: PauseOptions): Promise<void> {
  const reason = options.reason === undefined ? {} : { reason: options.reason }
  const state = await connect(options).call('agents_pause', { agent_id: id, ...reason })
  if (options.json) return sayJson(state)
  say(`${paint('red', 'Paused')} ${harmless(id)} until: ${program()} agent resume ${harmless(id)}`)
}

async function unpause(id: string, options: RemoteOptions): Promise<void> {
  const state = await connect(options).call('agents_resume', { agent_id: id })
  if (options.json) return sayJson(state)
  say(`${paint('green', 'Resumed')} ${harmless(id)}.`)
}
