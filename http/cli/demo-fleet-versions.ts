import { WritError, type Connection } from '../client/index.ts'
import type { FleetAgent } from './demo-fleet.rules.ts'

/** In proportion: the new version of the canary does a fifth of its work. */
const SHARES = [4, 1] as const

/**
 * Makes what the pages of versions show: a canary whose two versions share its work, and an agent with a version that
 * was taken back and a fork. Answers the canary's versions, old and new; none where the key may not make any.
 */
export async function demoVersions(server: Connection, fleet: readonly FleetAgent[]): Promise<string[]> {
  const canary = fleet.find(({ habit }) => habit === 'canary')
  const [parent, child] = fleet.filter(({ id }) => id.startsWith('demo-builder'))
  try {
    if (parent && child) await lineage(server, parent, child)
    return canary ? await canaryVersions(server, canary) : []
  } catch (error) {
    if (error instanceof WritError && (error.status === 403 || error.status === 409)) return []
    throw error
  }
}

async function canaryVersions(server: Connection, agent: FleetAgent): Promise<string[]> {
  const known = await versionsOf(server, agent)
  const ids = known.length > 0 ? known.slice(0, 2) : [await registered(server, agent, 'Answer briefly.')]
  if (ids.length < 2) {
    const { version } = await server.call('agent_versions_create', {
      agent_id: agent.id,
      prompt: 'Answer briefly.\nSay where you found it.',
      config: { model: agent.model, temperature: 0 },
      commit_message: 'Cite sources; no temperature',
      tags: ['canary'],
    })
    ids.push(version.version_id)
  }
  const shares = ids.map((version_id, n) => ({ version_id, weight: SHARES[n] ?? 1 }))
  await server.call('agent_versions_set_traffic', { agent_id: agent.id, shares })
  return ids
}

/** Three versions, of which the last goes back to the first, and another agent that was forked from the second. */
async function lineage(server: Connection, agent: FleetAgent, child: FleetAgent): Promise<void> {
  if ((await versionsOf(server, agent)).length > 0) return
  const first = await registered(server, agent, 'Build what the ticket asks for.\nRun the tests.')
  const { version: second } = await server.call('agent_versions_create', {
    agent_id: agent.id,
    prompt: 'Build what the ticket asks for.\nSkip tests that are slow.\nOpen a pull request.',
    commit_message: 'Faster: skip slow tests',
  })
  await server.call('agent_versions_fork', {
    agent_id: agent.id,
    version_id: second.version_id,
    fork_type: 'prompt_mutation',
    new_agent_id: child.id,
    name: child.name,
    prompt: 'Build what the ticket asks for.\nOpen a draft pull request.',
    commit_message: 'Try it on another repository',
  })
  await server.call('agent_versions_rollback', {
    agent_id: agent.id,
    version_id: first,
    commit_message: 'Skipped tests hid a regression',
  })
}

async function registered(server: Connection, { id, name, tools, model }: FleetAgent, prompt: string): Promise<string> {
  const { version } = await server.call('agent_versions_register', {
    agent_id: id,
    name,
    prompt,
    tools: tools.map((tool) => ({ name: tool })),
    config: { model, temperature: 0.2 },
  })
  return version.version_id
}

/** Oldest first. */
async function versionsOf(server: Connection, { id }: FleetAgent): Promise<string[]> {
  try {
    const { versions } = await server.call('agent_versions_list', { agent_id: id, limit: 10 })
    return versions.map((one) => one.version_id).toReversed()
  } catch (error) {
    if (error instanceof WritError && error.status === 404) return []
    throw error
  }
}
