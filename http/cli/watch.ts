import { setTimeout as sleep } from 'node:timers/promises'
import { framesOf } from '../client/frames.ts'
import { errorOf } from '../client/errors.ts'
import type { Connection } from '../client/index.ts'

const PAUSE_MS = 2000

/** Calls `show` now and after every change of an action, until the person ends it. Survives a restart of the server. */
export async function watchApprovals(connection: Connection, show: () => Promise<void>): Promise<void> {
  const stop = new AbortController()
  process.once('SIGINT', () => stop.abort()).once('SIGTERM', () => stop.abort())
  while (!stop.signal.aborted) {
    try {
      const response = await connection.stream('/api/stream', stop.signal)
      if (response.status === 401 || response.status === 403)
        throw errorOf(response.status, { error: 'This key may not listen.' })
      await show()
      if (!response.ok || response.body === null) continue
      for await (const { event } of framesOf(response.body)) {
        if (event.startsWith('action.')) await show()
      }
    } catch (error) {
      if (stop.signal.aborted) return
      const status = error instanceof Error && 'status' in error ? error.status : 0
      if (status === 401 || status === 403) throw error
    }
    await sleep(PAUSE_MS, undefined, { signal: stop.signal }).catch(() => undefined)
  }
}
