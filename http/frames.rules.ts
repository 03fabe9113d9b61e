import { scopeOfEvent } from '#core/events/index'
import type { Actor } from '#core/kernel/context'
import type { Scope } from '#core/kernel/scope'

/** One `data` object, serialised once for every connection it goes to. */
export interface Frame {
  /** The agent the object belongs to; null: none, so no agent's key is told; absent: it concerns the whole org. */
  readonly agentId?: string | null
  /** What its reader must be allowed; null: nobody reads it. */
  readonly scope: Scope | null
  /** A block of an event stream. */
  readonly bytes: Buffer
  /** The same as one message of a socket. */
  readonly message: string
}

/** Lines end with LF alone and data is one line: the clients' parsers know nothing else. */
export function frame(event: string, data: object, id?: number): Frame {
  const json = JSON.stringify(data)
  const lines = `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${json}\n\n`
  const message = `{"event":${JSON.stringify(event)}${id === undefined ? '' : `,"id":"${id}"`},"data":${json}}`
  // `connected` is of the stream itself and no event.
  const scope = event === 'connected' ? 'events:read' : scopeOfEvent(event)
  return { ...agentOf(data), scope, bytes: Buffer.from(lines), message }
}

/** Whether the frame may be told to this caller. */
export function mayHear({ scopes, agentId }: Actor, frame: Pick<Frame, 'agentId' | 'scope'>): boolean {
  if (frame.scope === null || !scopes.has(frame.scope)) return false
  return agentId === null || frame.agentId === undefined || frame.agentId === agentId
}

/** The frames of one stored event. Only the last bears the id: a client that resumes has seen all of it. */
export function framesOf(event: { readonly name: string; readonly seq: number }, payloads: readonly object[]): Frame[] {
  const last = payloads.length - 1
  return payloads.map((payload, index) => frame(event.name, payload, index === last ? event.seq : undefined))
}

export const heartbeat = Buffer.from(': heartbeat\n\n')

function agentOf(data: object): { agentId?: string | null } {
  if (!('agent_id' in data) || data.agent_id === undefined) return {}
  return { agentId: typeof data.agent_id === 'string' ? data.agent_id : null }
}
