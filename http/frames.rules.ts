/** One `data` object, serialised once for every connection it goes to. */
export interface Frame {
  /** The agent the object belongs to; null: the whole org. */
  readonly agentId: string | null
  readonly bytes: Buffer
}

/** Lines end with LF alone and data is one line: the clients' parsers know nothing else. */
export function frame(event: string, data: object, id?: number): Frame {
  const lines = `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
  return { agentId: agentOf(data), bytes: Buffer.from(lines) }
}

/** The frames of one stored event. Only the last bears the id: a client that resumes has seen all of it. */
export function framesOf(event: { readonly name: string; readonly seq: number }, payloads: readonly object[]): Frame[] {
  const last = payloads.length - 1
  return payloads.map((payload, index) => frame(event.name, payload, index === last ? event.seq : undefined))
}

export const heartbeat = Buffer.from(': heartbeat\n\n')

function agentOf(data: object): string | null {
  return 'agent_id' in data && typeof data.agent_id === 'string' ? data.agent_id : null
}
