import { z } from 'zod'
import { AgentId, requireAgent } from '#core/agents/index'
import { Fault } from '../kernel/errors.ts'
import { operation } from '../kernel/operation.ts'
import { diffContent } from './diff.rules.ts'
import {
  CommitMessage,
  content,
  Diff,
  FORK_TYPES,
  IdempotencyKey,
  Version,
  VersionId,
  versionToWire,
} from './schema.ts'
import { forkAgent } from './fork-agent.ts'
import { changed, versionById } from './store.ts'

/** What each type of fork may bring of its own. */
const MAY_CHANGE: Readonly<Record<(typeof FORK_TYPES)[number], readonly string[]>> = {
  exact_clone: [],
  prompt_mutation: ['prompt'],
  tool_mutation: ['tools', 'config'],
}

export const fork = operation({
  name: 'agent_versions_fork',
  title: 'Fork an agent',
  description: 'Register a new agent that starts from a version of another, as it is or with other prompt or tools.',
  input: z.object({
    agent_id: z.string().min(1).max(128).describe('The agent to fork'),
    version_id: VersionId.optional().describe('Id or number; the current one when left away'),
    fork_type: z.enum(FORK_TYPES),
    new_agent_id: AgentId.optional().describe('Made when left away'),
    name: z.string().min(1).max(256),
    description: z.string().max(2000).optional(),
    ...content,
    commit_message: CommitMessage.optional(),
    expected_version_id: VersionId.optional().describe('409 when another version is current by now'),
    idempotency_key: IdempotencyKey.optional(),
  }),
  output: z.object({
    agent_id: z.string(),
    name: z.string(),
    parent: z.object({ agent_id: z.string(), agent_name: z.string().nullable(), version_id: z.string() }),
    fork_type: z.enum(FORK_TYPES),
    version: Version,
    diff_from_parent: Diff,
    idempotent_replay: z.literal(true).optional(),
  }),
  // A fork is let in like any agent that is registered.
  scope: 'agents:pause',
  annotations: { readOnly: false, destructive: false, idempotent: false, openWorld: false },
  rest: { method: 'post', path: '/api/agents/{agent_id}/fork', status: () => 201, statuses: [201] },
  mcp: 'hidden',

  async handler(ctx, input) {
    refuseForeignParts(input)
    const { row, replayed } = await changed(ctx, input, (trx, idempotency) => forkAgent(trx, ctx, input, idempotency))
    const { orgId } = ctx.actor
    const child = await requireAgent(ctx, row.agent_id)
    const from = await versionById(ctx.db, orgId, row.parent_version_id ?? '')
    const parent = await requireAgent(ctx, from.agent_id)
    return {
      agent_id: row.agent_id,
      name: child.agent_name ?? row.agent_id,
      parent: { agent_id: parent.agent_id, agent_name: parent.agent_name, version_id: from.version_id },
      fork_type: input.fork_type,
      version: versionToWire(row),
      diff_from_parent: diffContent(from, row),
      ...(replayed ? { idempotent_replay: true as const } : {}),
    }
  },
})

/** An exact clone with another prompt would be told as what it is not. */
function refuseForeignParts(
  input: Readonly<Record<string, unknown>> & { fork_type: (typeof FORK_TYPES)[number] },
): void {
  const may = MAY_CHANGE[input.fork_type]
  const foreign = PARTS.filter((part) => input[part] !== undefined && !may.includes(part))
  if (foreign.length === 0) return
  const allowed = may.length === 0 ? 'changes nothing' : `changes ${may.join(' and ')} only`
  throw new Fault('invalid_input', 'Validation failed', {
    details: foreign.map((part) => `${part}: a fork of type ${input.fork_type} ${allowed}`),
  })
}

const PARTS = ['prompt', 'tools', 'config'] as const
