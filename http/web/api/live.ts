import { useQueryClient, type QueryClient } from '@tanstack/react-query'
import { useEffect, useSyncExternalStore } from 'react'
import { isRecord } from './client.ts'
import { Pace } from './pace.ts'

/** `live`: told by the event stream. `polling`: the stream is down, so lists ask again every few seconds. */
export type Liveness = 'connecting' | 'live' | 'polling'

const POLL_MS = 5000
const RETRY_MS = 15_000
const WATCH_MS = 3000
const NEAR_PAGES = 3
/** How long a list rests after it was asked for again, where events may come by the thousand. */
const REST_MS: Readonly<Record<string, number>> = {
  fleet: 1000,
  tasks: 1000,
  task: 1000,
  costs: 5000,
  'agent-now': 5000,
}

/** Which lists an event makes stale. */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  // A person may be asked whether a task may run.
  'action.created': ['approvals', 'actions', 'tasks', 'task'],
  'action.updated': ['approvals', 'actions', 'approval', 'tasks', 'task'],
  'guard.decision.created': ['decisions'],
  'agent.paused': ['agents', 'agent', 'fleet'],
  'agent.resumed': ['agents', 'agent', 'fleet'],
  'agent.heartbeat': ['fleet'],
  'agent.forked': ['agents', 'agent'],
  'agent.rerouted': ['agent-now'],
  'agent.changed': ['fleet', 'costs', 'agent-now'],
  'version.created': ['agent'],
  'version.tagged': ['agent'],
  'alert.raised': ['alerts'],
  'alert.acknowledged': ['alerts'],
  'alert.resolved': ['alerts'],
  'org.halted': ['halt'],
  'org.resumed': ['halt'],
  'policy.updated': ['policies', 'policy'],
  ...Object.fromEntries(
    ['created', 'started', 'requeued', 'completed', 'failed', 'cancelled'].map((what) => [
      `task.${what}`,
      ['tasks', 'task'],
    ]),
  ),
  ...Object.fromEntries(
    ['created', 'updated', 'rotated', 'removed', 'paused', 'disabled'].map((what) => [
      `webhook.${what}`,
      ['webhooks', 'webhook'],
    ]),
  ),
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

/** Asks again every few seconds while something is under way that no event tells of. */
export function useWhile(active: boolean, key: readonly unknown[]): void {
  const client = useQueryClient()
  const text = JSON.stringify(key)
  useEffect(() => {
    if (!active) return
    const timer = window.setInterval(() => {
      if (document.visibilityState !== 'visible') return
      // What is still on its way is waited for: a slow server would never be heard out.
      void client.invalidateQueries({ queryKey: JSON.parse(text) as unknown[] }, { cancelRefetch: false })
    }, WATCH_MS)
    return () => window.clearInterval(timer)
  }, [active, client, text])
}

/** Keeps one event stream open while the page is in sight. */
export function useLive(orgId: string): void {
  const client = useQueryClient()
  useEffect(() => {
    const news = new News(client)
    const close = openStream(news)
    return () => {
      news.stop()
      close()
    }
  }, [client, orgId])
}

/** What the stream told, until the lists that hang on it were asked for again. */
class News {
  readonly #client: QueryClient
  readonly #paces = new Map<string, Pace>()
  /** Agents whose figures changed; `undefined` among them: any. */
  #agents = new Set<string | undefined>()

  constructor(client: QueryClient) {
    this.#client = client
  }

  tell(names: readonly string[], agentId?: string): void {
    for (const name of names) {
      if (name === 'agent-now') this.#agents.add(agentId)
      let pace = this.#paces.get(name)
      if (!pace) this.#paces.set(name, (pace = new Pace(() => this.#refresh(name), REST_MS[name])))
      pace.tell()
    }
  }

  stop(): void {
    for (const pace of this.#paces.values()) pace.stop()
  }

  async #refresh(name: string): Promise<void> {
    const agents = this.#agents
    if (name === 'agent-now') this.#agents = new Set()
    await this.#client.invalidateQueries({
      predicate: ({ queryKey: [first, id], state: { data } }) => {
        if (first !== name) return false
        if (name === 'agent-now') return agents.has(undefined) || agents.has(String(id))
        return REST_MS[name] === undefined || !reachesFar(data)
      },
    })
  }
}

/** Many open pages would all be asked for again, event by event; who looks far back is not waiting for news. */
const reachesFar = (data: unknown): boolean =>
  isRecord(data) && Array.isArray(data['pages']) && data['pages'].length > NEAR_PAGES

function openStream(news: News): () => void {
  let source: EventSource | undefined
  let retry: number | undefined
  const everything = [...new Set(Object.values(KEYS).flat())]
  const open = (): void => {
    source = new EventSource('/api/stream?pulse=1')
    source.addEventListener('connected', () => {
      // Whatever happened while nobody listened is not known, so all of it is asked for again.
      if (liveness === 'polling') news.tell(everything)
      become('live')
    })
    for (const [event, names] of Object.entries(KEYS)) {
      source.addEventListener(event, ({ data }) => news.tell(names, agentOf(event, String(data))))
    }
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
      news.tell(everything)
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

/** Whom the figures are of; read of these events alone. */
function agentOf(event: string, data: string): string | undefined {
  if (event !== 'agent.changed' && event !== 'agent.rerouted') return undefined
  const told: unknown = JSON.parse(data)
  return isRecord(told) && typeof told['agent_id'] === 'string' ? told['agent_id'] : undefined
}
