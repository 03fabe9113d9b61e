// Writ's hook pack for OpenClaw: when a session is begun anew or stopped, what it left open is closed in Writ's record.
// Such hooks can hold nothing back; the gate is the plugin.
import { post, readConnection } from './server.mjs'

const DEADLINE_MS = 4000
/** These end the session they name; a stop only ends its turn. */
const ENDS = new Set(['command:new', 'command:reset', 'session:auto-reset'])

export default async function handler({ type, action, sessionKey, context }) {
  const name = `${type}:${action}`
  const { previousSessionEntry, sessionEntry, sessionId } = context ?? {}
  const session = (ENDS.has(name) ? previousSessionEntry?.sessionId : undefined) ?? sessionEntry?.sessionId ?? sessionId
  try {
    const turn = { hook_event_name: name, session_id: session ?? sessionKey, ended: ENDS.has(name) }
    await post(readConnection(), 'end-turn', turn, DEADLINE_MS)
  } catch (error) {
    process.stderr.write(`Writ: the session was not closed: ${error?.message ?? error}\n`)
  }
}
