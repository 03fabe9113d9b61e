import { Fault } from '#core/kernel/errors'
import { TurnTimeout } from './turns.ts'

/** Node's codes of a socket that is gone, refused or unreachable. */
const socketCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
])

/**
 * SQLSTATEs that mean "not now" rather than "wrong": 57P0x shutdown and start-up, 53xxx out of resources (disk, memory,
 * connections), 58xxx I/O errors, 25006 a read-only (standby or full) database.
 */
const stateMeansDown = (code: string): boolean => /^(?:08...|53...|57P0[1-5]|58...|25006)$/.test(code)

/** pg reports a lost connection by sentence, without a code. */
const lostConnection =
  /^(?:Connection terminated|Client has encountered a connection error|Client was closed|timeout exceeded when trying to connect|Query read timeout|timeout expired|Cannot use a pool after|driver has already been destroyed)/

const STATEMENT_TIMEOUT = '57014'

/** What a database error means for the caller. Errors of the statement itself come back as they are. */
export function connectionFault(thrown: unknown): unknown {
  if (!(thrown instanceof Error) || thrown instanceof Fault) return thrown
  const code = codeOf(thrown)
  if (code === STATEMENT_TIMEOUT || thrown instanceof TurnTimeout) {
    return new Fault('timeout', 'The database did not answer in time.', { cause: thrown, retryAfter: 1 })
  }
  const down = code === undefined ? lostConnection.test(thrown.message) : socketCodes.has(code) || stateMeansDown(code)
  return down ? new Fault('unavailable', 'The database is not available.', { cause: thrown, retryAfter: 1 }) : thrown
}

/** Node bundles several refused addresses into one AggregateError with the code on the outside. */
function codeOf(error: Error): string | undefined {
  return 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

/** Runs `work`, turning a lost or refused connection into a Fault. */
export async function withConnectionFaults<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (thrown) {
    throw connectionFault(thrown)
  }
}
