import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WritError, type Connection } from '../client/index.ts'
import { CAREFUL } from './demo-fleet-tasks.ts'

/** What is put up for a run and taken down after it. */
export interface Stage {
  readonly notes: readonly string[]
  clear(): Promise<void>
}

interface Piece {
  readonly note: string
  readonly clear: () => Promise<unknown>
}
type Part = (server: Connection) => Promise<Piece>

export async function setStage(server: Connection): Promise<Stage> {
  const parts: Piece[] = []
  for (const part of [thresholds, approval, receiver]) parts.push(await part(server))
  return {
    notes: parts.map(({ note }) => note).filter((note) => note !== ''),
    clear: async () => {
      for (const { clear } of parts.toReversed()) await clear()
    },
  }
}

const nothing: Piece = { note: '', clear: () => Promise.resolve() }
const LOW = { alert_stuck_minutes: 1, alert_agent_cost_usd: 5 } as const

/**
 * Two minutes are too short for the usual thresholds of alerts, so they are lowered while it runs; only where nobody but
 * the demonstration is at work, and for what the org did not set itself.
 */
const thresholds: Part = async (server) => {
  const { agents } = await server.call('fleet_list', { limit: 100 })
  if (agents.some(({ agent_id: id }) => !id.startsWith('demo-'))) return nothing
  try {
    const { sources } = await server.call('settings_get', {})
    const own = Object.entries(LOW).filter(([key]) => sources[key] !== 'org')
    if (own.length === 0) return nothing
    await server.call('settings_update', { settings: Object.fromEntries(own) })
    const back = Object.fromEntries(own.map(([key]) => [key, null]))
    return {
      note: `While it runs, alerts come early: ${own.map(([key, value]) => `${key} ${value}`).join(', ')}.`,
      clear: () => server.call('settings_update', { settings: back }),
    }
  } catch (error) {
    return refused(error)
  }
}

/** One agent has to ask a person before each of its tasks. */
const approval: Part = async (server) => {
  try {
    const { policy } = await server.call('policies_create', {
      name: `Demonstration: ${CAREFUL} asks before its tasks`,
      policy_type: 'require_approval',
      rules: { action_types: ['task.run'] },
      agent_ids: [CAREFUL],
    })
    return { note: '', clear: () => server.call('policies_remove', { id: policy.id }) }
  } catch (error) {
    return refused(error)
  }
}

const DESCRIPTION = 'Demonstration: a receiver on the machine that runs it'

/** A webhook needs somebody who receives it: that is this program, if the server may call addresses of its own machine. */
const receiver: Part = async (server) => {
  const local = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(turn(request.headers['webhook-id'])).end())
  })
  await new Promise<void>((ready) => local.listen(0, '127.0.0.1', ready))
  const url = `http://127.0.0.1:${(local.address() as AddressInfo).port}/hook`
  try {
    const id = await subscribed(server, url)
    const clear = async (): Promise<void> => {
      await server.call('webhooks_update', { webhook_id: id, active: false })
      close(local)
    }
    return { note: 'Its webhook is received by this program, which fails now and then.', clear }
  } catch (error) {
    close(local)
    if (!(error instanceof WritError && error.status === 400)) return refused(error)
    const why = 'No webhook is shown: the server calls no address of its own machine'
    return { ...nothing, note: `${why} (WRIT_EGRESS_ALLOW=127.0.0.1 lets it).` }
  }
}

/** One in five is refused once: by the last digit of its id, which stays the same when it comes again. */
const met = new Set<string>()
function turn(header: string | string[] | undefined): number {
  const id = String(header)
  if (met.has(id) || !/[05af]$/.test(id)) return 200
  met.add(id)
  return 503
}

async function subscribed(server: Connection, url: string): Promise<string> {
  const events = ['task.*', 'alert.*', 'agent.*']
  const { webhooks } = await server.call('webhooks_list', { limit: 50 })
  const known = webhooks.find(({ description }) => description === DESCRIPTION)
  if (known) {
    await server.call('webhooks_update', { webhook_id: known.webhook_id, url, active: true })
    return known.webhook_id
  }
  return (await server.call('webhooks_create', { url, events, description: DESCRIPTION })).webhook.webhook_id
}

function close(local: Server): void {
  local.closeAllConnections()
  local.close()
}

/** A key with fewer rights shows less. */
function refused(error: unknown): Piece {
  if (error instanceof WritError && error.status === 403) return nothing
  throw error
}
