import type { Connection } from './connection.ts'
import { WritError } from './errors.ts'
import type { OutputOf } from './operations.ts'

export interface PairingWait {
  /** How long to wait in all, in milliseconds; 300,000 unless told. */
  readonly timeout?: number
  /** Pause between two questions, in milliseconds; 2,000 unless told. */
  readonly interval?: number
}

type Pairing = OutputOf<'pairings_get'>['pairing']

/** The pairing as soon as an admin approved it. Throws a WritError when it has expired, or nobody did in time. */
export async function waitForPairing(connection: Connection, id: string, wait: PairingWait = {}): Promise<Pairing> {
  const { timeout = 300_000, interval = 2000 } = wait
  const end = performance.now() + timeout
  for (;;) {
    const { pairing } = await connection.call('pairings_get', { id })
    if (pairing === undefined) throw new WritError(`The server does not tell of the pairing ${id}.`, { status: 0 })
    if (pairing.status === 'approved') return pairing
    if (pairing.status === 'expired') throw new WritError(`The pairing ${id} has expired.`, { status: 0 })
    const left = end - performance.now()
    if (left <= 0) {
      const message = `Timed out waiting for the pairing ${id} to be approved.`
      throw new WritError(message, { status: 0, code: 'timeout' })
    }
    await new Promise((resolve) => setTimeout(resolve, Math.min(interval, left)))
  }
}
