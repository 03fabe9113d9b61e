import { CommanderError } from 'commander'
import { failureOf } from './failure.ts'
import { buildProgram } from './program.ts'

// A reader that closes early (`writ actions | head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

try {
  await buildProgram().parseAsync()
} catch (error) {
  const failure = failureOf(error)
  if (failure !== null) process.stderr.write(`writ: ${failure.message}\n`)
  process.exitCode = error instanceof CommanderError ? (error.exitCode === 0 ? 0 : 2) : (failure?.exitCode ?? 1)
}
