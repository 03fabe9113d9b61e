import type { Command } from 'commander'
import { expect, test } from 'vitest'
import { addCommands } from './commands.ts'
import { buildProgram } from './program.ts'

const everyCommand = (command: Command): Command[] => [command, ...command.commands.flatMap(everyCommand)]
const commands = everyCommand(buildProgram(addCommands))
const nameOf = (command: Command): string =>
  command.parent ? `${nameOf(command.parent)} ${command.name()}` : command.name()

test.each(commands.map((command) => [nameOf(command), command] as const))(
  '%s --help says what it does, with an example',
  (_, command) => {
    let text = ''
    command.configureOutput({ writeOut: (part) => (text += part) }).outputHelp()
    expect(command.description()).toMatch(/\.$/)
    expect(text).toMatch(/Example:\n {2}\$ (\w+=<[^>]+> )?writ /)
  },
)

test('the commands that people and scripts rely on are there', () => {
  const names = new Set(commands.map(nameOf))
  for (const name of [
    'serve',
    'mcp',
    'guard',
    'approvals',
    'approve',
    'deny',
    'actions',
    'halt',
    'resume',
    'verify',
    'doctor',
    'demo',
    'migrate',
    'call',
    'where',
  ]) {
    expect(names).toContain(`writ ${name}`)
  }
  for (const name of ['list', 'show', 'add', 'activate', 'remove', 'test', 'simulate', 'replay', 'revisions']) {
    expect(names).toContain(`writ policy ${name}`)
  }
  for (const name of [
    'keys list',
    'keys create',
    'keys rotate',
    'keys revoke',
    'accounts reset-link',
    'agents list',
    'agents show',
    'agents register',
    'agents pause',
    'agents resume',
    'ledger export',
  ]) {
    expect(names).toContain(`writ ${name}`)
  }
})
