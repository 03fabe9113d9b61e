import { CommanderError, type Command } from 'commander'
import { buildProgram } from './program.ts'

/** Runs the command line with these commands. Exit code 2: the line was wrong; 1: it failed. */
export async function runProgram(addCommands: (program: Command) => void): Promise<void> {
  // A reader that closes early (`writ actions | head`) is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    throw error
  })
  try {
    await buildProgram(addCommands).parseAsync()
  } catch (error) {
    const { failureOf } = await import('./failure.ts')
    const failure = failureOf(error)
    if (failure !== null) process.stderr.write(`writ: ${failure.message}\n`)
    process.exitCode = error instanceof CommanderError ? (error.exitCode === 0 ? 0 : 2) : (failure?.exitCode ?? 1)
  }
}
