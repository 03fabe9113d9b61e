import { setTimeout as pause } from 'node:timers/promises'
import { Client } from 'pg'
import { withConnectionFaults } from './connection-fault.rules.ts'
import { checkedChannel, type DatabaseHandle, type DatabaseLog } from './engine.ts'
import { connectionConfig } from './postgres-connection.ts'
import { Subscriptions } from './subscriptions.ts'

export interface Listener {
  readonly listen: DatabaseHandle['listen']
  close(): Promise<void>
}

/** Milliseconds. */
const FIRST_PAUSE = 200
const LONGEST_PAUSE = 5_000

/** One connection that only listens, opened with the first subscriber and opened again whenever it is lost. */
export function openListener(url: string, log: DatabaseLog): Listener {
  const subscriptions = new Subscriptions()
  const closing = new AbortController()
  let connection: Promise<Client> | undefined

  const connect = async (): Promise<Client> => {
    const client = new Client(connectionConfig(url))
    client.on('notification', ({ channel, payload }) => subscriptions.deliver(channel, payload ?? ''))
    client.on('error', (error) => log.warn({ reason: error.message }, 'the listening connection was lost'))
    await client.connect()
    for (const channel of subscriptions.channels()) await client.query(`LISTEN ${channel}`)
    client.once('end', () => {
      connection = undefined
      if (!closing.signal.aborted) void reconnect()
    })
    return client
  }
  const current = (): Promise<Client> => {
    if (connection === undefined) {
      connection = connect()
      connection.catch(() => (connection = undefined))
    }
    return connection
  }
  const reconnect = async (): Promise<void> => {
    for (let wait = FIRST_PAUSE; !closing.signal.aborted; wait = Math.min(wait * 2, LONGEST_PAUSE)) {
      try {
        await pause(wait, undefined, { signal: closing.signal, ref: false })
        await current()
        return subscriptions.gap()
      } catch {
        // Told by the client's own error event; the next round tries again.
      }
    }
  }

  return {
    async listen(channel, onMessage, onGap = () => {}) {
      const subscriber = { onMessage, onGap }
      subscriptions.add(checkedChannel(channel), subscriber)
      await withConnectionFaults(async () => (await current()).query(`LISTEN ${channel}`))
      return async () => {
        const last = subscriptions.remove(channel, subscriber)
        if (last) await withConnectionFaults(async () => (await connection)?.query(`UNLISTEN ${channel}`))
      }
    },
    async close() {
      closing.abort()
      await (await connection?.catch(() => undefined))?.end()
    },
  }
}
