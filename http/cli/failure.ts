import { CommanderError } from 'commander'
import { ConfigError } from '#core/kernel/config'
import { Fault } from '#core/kernel/errors'
import { WritError } from '../client/index.ts'
import { ListenError } from '../listen.ts'
import { CliError, UsageError } from './cli-error.ts'
import { program } from './terminal.ts'

export { CliError, UsageError }

export interface Failure {
  readonly message: string
  readonly exitCode: 1 | 2
}

/** What a person is told: sentences, never a stack. Null when the parser has said it already. */
export function failureOf(error: unknown): Failure | null {
  if (error instanceof CommanderError) return null
  if (error instanceof UsageError) return { message: error.message, exitCode: 2 }
  return { message: sentence(error), exitCode: 1 }
}

function sentence(error: unknown): string {
  // What went wrong on the way to a credential is no fault of the server's.
  if (error instanceof WritError && error.cause instanceof CliError) return error.cause.message
  if (error instanceof WritError) return `${withDetails(error.message, error.details)}${hint(error)}`
  if (error instanceof Fault) return withDetails(error.message, error.details)
  if (error instanceof ConfigError || error instanceof CliError || error instanceof ListenError) return error.message
  if (!(error instanceof Error)) return String(error)
  const { code, path, syscall } = error as NodeJS.ErrnoException
  if (syscall !== undefined && path !== undefined) return `${path}: ${reasons[code ?? ''] ?? error.message}`
  return error.message
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file.',
  EACCES: 'this user may not access it.',
  EISDIR: 'is a directory.',
  EEXIST: 'exists already.',
  ENOSPC: 'the disk is full.',
  EROFS: 'the file system is read-only.',
}

function hint({ code, status }: WritError): string {
  if (code === 'unreachable') return ` Start it with "${program()} serve", or set WRIT_URL to where it runs.`
  if (status === 401) return '. Set WRIT_API_KEY to a key of this server.'
  if (code === 'forbidden') return ' Set WRIT_API_KEY to a key that may, as the admin key.'
  return ''
}

function withDetails(message: string, details: readonly string[] | undefined): string {
  return details === undefined || details.length === 0 ? message : `${message}: ${details.join('; ')}`
}
