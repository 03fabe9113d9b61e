import { Command } from 'commander'
import { version } from '#core/system/index'
export function buildProgram(addCommands: (program: Command) => void): Command {
  const program = new Command('writ')
    .description('Governance for AI agents: agents ask before they act, people approve, the record can be verified.')
    .version(version, '-V, --version')
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'writ: ')) })
    .addHelpText('after', '\nExample:\n  $ writ serve\n  $ writ demo')
  addCommands(program)
  return program
}
