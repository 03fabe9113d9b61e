import { Option, type Command } from 'commander'
import type { OutputOf } from '../client/index.ts'
import { define, group, type RemoteOptions } from './define.ts'
import { wholeNumber } from './option.rules.ts'
import { connect } from './remote.ts'
import { ago, harmless, paint, program, say, sayJson, sayTable } from './terminal.ts'

interface ListOptions extends RemoteOptions {
  readonly of?: string
  readonly state?: 'pinned' | 'quarantined'
  readonly limit: number
}

type Pin = OutputOf<'tool_pins_list'>['pins'][number]

export function addTools(parent: Command): void {
  const tools = group(parent, 'tools', 'List and approve the tools of wrapped MCP servers.', 'tools list')
  define(tools, 'list', {
    summary: 'List what tools of wrapped servers say about themselves, newest first.',
    example: 'tools list --state quarantined',
    remote: true,
  })
    .option('--of <server>', 'of one wrapped server')
    .addOption(new Option('--state <state>', 'trusted, or kept from agents').choices(['pinned', 'quarantined']))
    .option('--limit <number>', 'how many at most', wholeNumber(1, 200), 50)
    .action(list)
  define(tools, 'approve <pin-id>', {
    summary: 'Trust one definition of a tool.',
    example: 'tools approve pin_0199…',
    remote: true,
  }).action((id: string, options: RemoteOptions) => change('tool_pins_approve', id, options))
  define(tools, 'remove <pin-id>', {
    summary: 'Forget one definition of a tool; it is judged anew when it is seen again.',
    example: 'tools remove pin_0199…',
    remote: true,
  }).action((id: string, options: RemoteOptions) => change('tool_pins_remove', id, options))
}

async function list(options: ListOptions): Promise<void> {
  const { of, state, limit } = options
  const answer = await connect(options).call('tool_pins_list', {
    limit,
    ...(of === undefined ? {} : { server: of }),
    ...(state === undefined ? {} : { state }),
  })
  if (options.json) return sayJson(answer)
  if (answer.pins.length === 0) return say('No tools of wrapped servers were seen.')
  const rows = answer.pins.map((pin) => [
    pin.id,
    { painted: stateOf(pin) },
    `${ago(pin.first_seen_at)} ago`,
    pin.server,
    pin.tool,
    pin.reasons.map(({ detail }) => detail).join(' '),
  ])
  sayTable(['PIN', 'STATE', 'SEEN', 'SERVER', 'TOOL', 'WHY QUARANTINED'], rows)
  say()
  say(paint('dim', `${program()} tools approve <pin>   ·   ${program()} tools list --json shows the definitions`))
}

const stateOf = ({ state }: Pin): string => (state === 'pinned' ? paint('green', state) : paint('red', state))

async function change(
  operation: 'tool_pins_approve' | 'tool_pins_remove',
  id: string,
  options: RemoteOptions,
): Promise<void> {
  const answer = await connect(options).call(operation, { id })
  if (options.json) return sayJson(answer)
  const { server, tool } = answer.pin
  const done = operation === 'tool_pins_approve' ? paint('green', 'Trusted') : paint('red', 'Forgotten')
  say(`${done}: ${harmless(tool)} of ${harmless(server)}.`)
}
