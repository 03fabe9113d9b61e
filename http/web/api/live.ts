import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useSyncExternalStore } from 'react'

/** `live`: told by the event stream. `polling`: the stream is down, so lists ask again every few seconds. */
export type Liveness = 'connecting' | 'live' | 'polling'

const POLL_MS = 5000
const RETRY_MS = 15_000
/** Events that come together cause one reload. */
const GATHER_MS = 150

/** Which lists an event makes stale. */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  'action.created': ['approvals', 'actions'],
  'action.updated': ['approvals', 'actions', 'approval'],
  'guard.decision.created': ['decisions'],
  'agent.paused': ['agents', 'agent', 'fleet'],
  'agent.resumed': ['agents', 'agent', 'fleet'],
  'agent.heartbeat': ['fleet'],
  'agent.forked': ['agents', 'agent'],
  'version.created': ['agent'],
  'version.tagged': ['agent'],
  'alert.raised': ['alerts'],
  'alert.acknowledged': ['alerts'],
  'alert.resolved': ['alerts'],
  'org.halted': ['halt'],
  'org.resumed': ['halt'],
  'policy.updated': ['policies', 'policy'],
}

let liveness: Liveness = 'connecting'
const listeners = new Set<() => void>()
function become(next: Liveness): void {
  liveness = next
  for (const listener of listeners) listener()
}

export function useLiveness(): Liveness {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => liveness,
  )
}

/** How often a list asks by itself. */
export function usePolling(): number {
  return useLiveness() === 'polling' ? POLL_MS : 60_000
}

/** Keeps one event stream open while the page is in sight. */
export function useLive(orgId: string): void {
  const client = useQueryClient()
  useEffect(() => {
    const stale = new Set<string>()
    let gathering: number | undefined
    const told = (names: readonly string[]): void => {
      for (const name of names) stale.add(name)
      gathering ??= window.setTimeout(() => {
        gathering = undefined
        for (const name of stale) void client.invalidateQueries({ queryKey: [name] })
        stale.clear()
      }, GATHER_MS)
    }
    const close = openStream(told)
    return () => {
      window.clearTimeout(gathering)
      close()
    }
  }, [client, orgId])
}

function openStream(told: (names: readonly string[]) => void): () => void {
  let source: EventSource | undefined
  let retry: number | undefined
  const everything = [...new Set(Object.values(KEYS).flat())]
  const open = (): void => {
    source = new EventSource('/api/stream')
    source.addEventListener('connected', () => {
      // Whatever happened while nobody listened is not known, so all of it is asked for again.
      if (liveness === 'polling') told(everything)
      become('live')
    })
    for (const [event, names] of Object.entries(KEYS)) source.addEventListener(event, () => told(names))
    source.addEventListener('error', () => {
      become('polling')
      // A browser resumes by itself after a lost connection, and gives up after an answer that is no stream.
      if (source?.readyState === EventSource.CLOSED) retry = window.setTimeout(open, RETRY_MS)
    })
  }
  const shut = (): void => {
    window.clearTimeout(retry)
    source?.close()
    source = undefined
  }
  const onSight = (): void => {
    if (document.visibilityState === 'visible' && source === undefined) {
      told(everything)
      open()
    } else if (document.visibilityState === 'hidden') shut()
  }
  open()
  document.addEventListener('visibilitychange', onSight)
  window.addEventListener('pagehide', shut)
  return () => {
    document.removeEventListener('visibilitychange', onSight)
    window.removeEventListener('pagehide', shut)
    shut()
    become('connecting')
  }
}
