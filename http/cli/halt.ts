import type { Command } from 'commander'
import { define, type RemoteOptions } from './define.ts'
import { connect } from './remote.ts'
import { paint, program, say, sayJson } from './terminal.ts'

export function addHalt(parent: Command): void {
  define(parent, 'halt <reason>', {
    summary: 'Kill switch: from now on every act of every agent is blocked.',
    example: "halt 'strange deployments'",
    remote: true,
  }).action(halt)
  define(parent, 'resume', { summary: 'Lift the halt.', example: 'resume', remote: true }).action(resume)
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
