import type { IncomingMessage } from 'node:http'

export interface Resume {
  /** The last event the client has; absent: it has none and wants only what comes. */
  readonly seq?: number
  /** Why its position could not be used. */
  readonly problem?: string
}

/** The position a client names in `Last-Event-ID` or, where a browser cannot set headers, in `lastEventId`. */
export function resumeFrom(request: Pick<IncomingMessage, 'headers' | 'url'>, newest: number): Resume {
  const header = request.headers['last-event-id']
  const query = new URLSearchParams((request.url ?? '').split('?')[1] ?? '').get('lastEventId')
  const given = (typeof header === 'string' && header !== '' ? header : query) ?? ''
  if (given === '') return {}
  if (!/^\d{1,15}$/.test(given)) return { problem: 'The last event id is not one that this stream gave out.' }
  const seq = Number(given)
  // Another replica may have told more than this one has read; far beyond that it is an id from elsewhere.
  if (seq > newest + 100_000) return { problem: 'The last event id is newer than any event of this org.' }
  return { seq }
}
