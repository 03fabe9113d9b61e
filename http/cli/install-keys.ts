import { hostname } from 'node:os'
import type { Key, Keys } from '#plugins/install/index'
import { Connection, WritError } from '../client/index.ts'
import { NO_ACTION, statusOf } from './checks-remote.ts'
import { CliError } from './failure.ts'
import { connect } from './remote.ts'

export interface KeyNeeds {
  readonly server: string
  readonly agent: string
  /** The client's name for people. */
  readonly title: string
  /** A key that the person brought. */
  readonly given: string | undefined
  /** The person's own key, to make one with; else whatever else they are known by. */
  readonly own?: string | undefined
}

/** Keys of this server, made and ended with the person's own sign-in or key. */
export function serverKeys({ server, agent, title, given, own }: KeyNeeds): Keys {
  const person = { server, ...(own === undefined ? {} : { apiKey: own }) }
  return {
    given,
    async make(): Promise<Key> {
      const name = `${title} on ${hostname()}`.slice(0, 256)
      const made = await connect(person).call('keys_create', { name, role: 'member', agent_id: agent })
      return { id: made.key.id, secret: made.secret }
    },
    isGood: async (secret) => ![401, 403].includes(await standing(server, secret)),
    revoke: (id) => revokeKey(server, id),
  }
}

export async function revokeKey(server: string, id: string): Promise<void> {
  try {
    await connect({ server }).call('keys_revoke', { id })
  } catch (error) {
    if (error instanceof WritError && error.status === 404) return
    const reason = error instanceof Error ? error.message : String(error)
    throw new CliError(`The key ${id} is still valid at ${server}: ${reason} End it with: writ keys revoke ${id}`)
  }
}

/** A key that the client shall use must act, and must not be able to approve what it asks about. */
export async function assertAgentKey(server: string, key: string): Promise<void> {
  const acts = await standing(server, key)
  if (acts === 0) return
  if (acts === 401) throw new CliError(`${server} does not know the key given with --api-key.`)
  if (acts === 403)
    throw new CliError('The key given with --api-key may not act as an agent; give one of the role member.')
  const connection = new Connection({ baseUrl: server, apiKey: key, timeoutMs: 10_000 })
  const decides = await statusOf(connection, 'approvals_decide', { action_id: NO_ACTION, decision: 'deny' })
  if (decides !== 403) {
    throw new CliError(
      'The key given with --api-key may approve, so an agent with it could allow its own acts. Give one of the role member, or leave --api-key away and one is made.',
    )
  }
}

/** Status of a call that only an agent may make; 0 when the server does not answer. */
async function standing(server: string, apiKey: string): Promise<number> {
  const connection = new Connection({ baseUrl: server, apiKey, timeoutMs: 10_000 })
  try {
    return await statusOf(connection, 'actions_update', { action_id: NO_ACTION, model: 'none' })
  } catch {
    return 0
  }
}
