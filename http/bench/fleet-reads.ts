import { encodeCursor } from '#core/kernel/page'
import { agentId } from './seed-fleet.ts'

export interface FleetRead {
  readonly name: string
  readonly path: (fleet: Asked) => string
  /** Answers of these grow with the fleet, up to so many agents: the time an agent in them is compared. */
  readonly lists?: number
  /** Agents go on telling what they cost meanwhile. */
  readonly whileTold?: true
}

interface Asked {
  /** One of the agents; another one with each request. */
  readonly agent: string
  /** The last agent of the first nine tenths of the list. */
  readonly behind: string
  readonly agents: number
}

const daysAgo = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString()
const costsOf = (days: number): string => `/api/costs?from=${daysAgo(days - 1)}`

/** What pages and clients of a fleet read, in Writ's own words and in those of the products it stands in for. */
export const fleetReads: readonly FleetRead[] = [
  { name: 'fleet, first page', path: () => '/api/fleet' },
  { name: 'fleet, deep page', path: ({ behind }) => `/api/fleet?limit=10&cursor=${encodeCursor([behind])}` },
  { name: 'agents, first page', path: () => '/api/agents' },
  { name: 'agents, deep page', path: ({ behind }) => `/api/agents?limit=10&cursor=${encodeCursor([behind])}` },
  { name: 'agents that are busy', path: () => '/api/agents?status=busy' },
  { name: 'agents that are paused', path: () => '/api/agents?paused=true' },
  { name: 'agents without a heartbeat', path: () => '/api/agents?status=unknown&limit=10' },
  { name: 'one agent with 50 events', path: ({ agent }) => `/api/fleet/${agent}` },
  { name: 'one agent', path: ({ agent }) => `/api/agents/${agent}` },
  { name: 'stats of an agent, 30 d', path: ({ agent }) => `/api/agents/${agent}/stats` },
  { name: 'stats of an agent, 90 d', path: ({ agent }) => `/api/agents/${agent}/stats?period=90d` },
  { name: 'drift of an agent', path: ({ agent }) => `/api/agents/${agent}/drift` },
  { name: 'costs of an agent', path: ({ agent }) => `/api/costs?agent_id=${agent}` },
  { name: 'costs of an agent, 30 d', path: ({ agent }) => `${costsOf(30)}&agent_id=${agent}` },
  { name: 'costs of all, all time', path: () => '/api/costs' },
  { name: 'costs of all, today', path: () => costsOf(1) },
  { name: 'costs of all, 7 d', path: () => costsOf(7) },
  { name: 'costs of all, 30 d', path: () => costsOf(30) },
  { name: 'costs of all, 90 d', path: () => costsOf(90) },
  { name: 'costs of all, 30 d, while events come in', path: () => costsOf(30), whileTold: true },
  { name: 'alerts', path: () => '/api/alerts' },
  { name: 'alerts of an agent', path: ({ agent }) => `/api/alerts?agent_id=${agent}` },
  { name: 'ClaWatch: all agents, time an agent', path: () => '/clawatch/api/agents', lists: 500 },
  { name: 'ClaWatch: agent', path: ({ agent }) => `/clawatch/api/agents/${agent}` },
  { name: 'ClaWatch: costs, 30 d', path: () => `/clawatch/api/costs?from=${daysAgo(29)}` },
  { name: 'ClaWatch: alerts', path: () => '/clawatch/api/alerts' },
  { name: 'ClawTrait: stats', path: ({ agent }) => `/clawtrait/v1/agents/${agent}/stats` },
  { name: 'ClawTrait: drift', path: ({ agent }) => `/clawtrait/v1/agents/${agent}/drift` },
  { name: 'Clawmit: agents, first page', path: () => '/clawmit/api/agents' },
  { name: 'Clawmit: agents, last page', path: ({ agents }) => `/clawmit/api/agents?page=${agents / 10}` },
]

/** Of so many agents one after the other: what is read again and again by all is not what one finds in the caches. */
const SAMPLE = 500

export function pathsOf({ path }: FleetRead, agents: number): string[] {
  const behind = agentId(Math.ceil(agents * 0.9) - 1)
  const sampled = Math.min(SAMPLE, agents)
  const paths = Array.from({ length: sampled }, (_, n) => {
    const agent = agentId(Math.floor((n * agents) / sampled))
    return path({ agent, behind, agents })
  })
  return [...new Set(paths)]
}
