import { Command, CommanderError } from 'commander'
import { version } from '#core/system/index'
import { failureOf } from './failure.ts'
import { addCommands } from './commands.ts'

const program = new Command('writ')
  .description('Governance for AI agents: agents ask before they act, people approve, the record can be verified.')
  .version(version, '-V, --version')
  .exitOverride()
  .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'writ: ')) })
  .addHelpText('after', '\nExample:\n  $ writ serve\n  $ writ demo')
addCommands(program)

try {
  await program.parseAsync()
} catch (error) {
  const failure = failureOf(error)
  if (failure !== null) process.stderr.write(`writ: ${failure.message}\n`)
  process.exitCode = error instanceof CommanderError ? (error.exitCode === 0 ? 0 : 2) : (failure?.exitCode ?? 1)
}
