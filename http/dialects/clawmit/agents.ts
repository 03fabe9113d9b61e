import { z } from 'zod'
import { fork } from '#core/agent-versions/fork.op'
import { getLineage } from '#core/agent-versions/get-lineage.op'
import { get as getVersion } from '#core/agent-versions/get.op'
import { register } from '#core/agent-versions/register.op'
import { count } from '#core/agents/count.op'
import { get } from '#core/agents/get.op'
import { list } from '#core/agents/list.op'
import type { Call, Reply } from '../dialect.ts'
import { fieldsOf, pageOf, paginationOf, parsed } from './fields.ts'
import { versionToWire } from './versions.ts'

type Agent = z.output<typeof list.output>['agents'][number]
type Member = z.output<typeof getLineage.output>['root']

/** A prompt is what an agent of theirs is; the rest is told by the operation. */
const Creating = z.looseObject({ name: z.string(), prompt: z.string() })

function agentToWire(agent: Agent, updatedAt?: string): object {
  const createdAt = agent.registered_at ?? agent.first_seen_at ?? agent.last_active
  return {
    id: agent.agent_id,
    name: agent.agent_name ?? agent.agent_id,
    description: agent.description ?? '',
    status: statusOf(agent),
    currentVersionId: agent.current_version_id,
    forkCount: agent.fork_count,
    createdAt,
    updatedAt: [updatedAt, agent.registered_at, createdAt].find((at) => typeof at === 'string') ?? null,
  }
}

function statusOf({ paused, presence }: Agent): string {
  if (paused) return 'paused'
  return presence.status === 'busy' ? 'running' : 'idle'
}

export async function listAgents({ query, run }: Call): Promise<Reply> {
  const asked = pageOf(query, 10)
  const { agents } = await run(list, { limit: asked.limit, offset: asked.offset })
  const { total } = await run(count, {})
  const data = agents.map((agent) => agentToWire(agent))
  return { status: 200, body: { data, pagination: paginationOf(asked, total) } }
}

export async function createAgent({ body, run }: Call): Promise<Reply> {
  const { name, description, prompt, tools, config } = parsed(Creating, fieldsOf(body))
  const sent = { name, prompt, description, tools, config } as z.input<typeof register.input>
  const { agent, version } = await run(register, sent)
  return { status: 201, body: { ...agentToWire(agent, version.created_at), currentVersion: versionToWire(version) } }
}

export async function getAgent({ params, run }: Call): Promise<Reply> {
  const agent_id = params['id'] ?? ''
  const { agent } = await run(get, { agent_id })
  if (agent.current_version_id === null) return { status: 200, body: { ...agentToWire(agent), currentVersion: null } }
  const { version } = await run(getVersion, { agent_id, version_id: agent.current_version_id })
  return { status: 200, body: { ...agentToWire(agent, version.created_at), currentVersion: versionToWire(version) } }
}

const FORK_NAMES = { forkType: 'fork_type', commitMessage: 'commit_message', versionId: 'version_id' } as const

export async function forkAgent({ params, body, run }: Call): Promise<Reply> {
  const given = fieldsOf(body, FORK_NAMES) as Omit<z.input<typeof fork.input>, 'agent_id'>
  const made = await run(fork, { ...given, agent_id: params['id'] ?? '' })
  const { version_id: id, version_number: versionNumber, parent_version_id: parentVersionId } = made.version
  return {
    status: 201,
    body: {
      id: made.agent_id,
      name: made.name,
      parentAgent: { id: made.parent.agent_id, name: made.parent.agent_name ?? made.parent.agent_id },
      currentVersion: { id, versionNumber, parentVersionId, forkType: made.fork_type },
    },
  }
}

export async function lineageOf({ params, run }: Call): Promise<Reply> {
  const { root } = await run(getLineage, { agent_id: params['id'] ?? '' })
  return { status: 200, body: { root: memberToWire(root) } }
}

function memberToWire(member: Member): object {
  return {
    id: member.agent_id,
    name: member.agent_name ?? member.agent_id,
    versionId: member.version_id,
    versionNumber: member.version_number,
    ...(member.fork_type === null ? {} : { forkType: member.fork_type }),
    children: member.children.map(memberToWire),
  }
}
