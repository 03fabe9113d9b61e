import { z } from 'zod'
import { redactText } from '#core/scans/index'
import { operation } from '../kernel/operation.ts'
import { diffContent } from './diff.rules.ts'
import { CommitMessage, content, Diff, IdempotencyKey, Tag, Version, versionToWire, VersionId } from './schema.ts'
import { addVersion, changed, cleaned, lockAgent, refuseStale, requireVersion } from './store.ts'

export const create = operation({
  name: 'agent_versions_create',
  title: 'Create a version of an agent',
  description: 'Record a new version of an agent: prompt, tools, config; parts left away are those of the current one.',
  input: z.object({
    agent_id: z.string().min(1).max(128),
    ...content,
    commit_message: CommitMessage.optional(),
    tags: z.array(Tag).max(20).default([]),
    expected_version_id: VersionId.optional().describe('409 when another version is current by now'),
    idempotency_key: IdempotencyKey.optional(),
  }),
  output: z.object({ version: Version, diff_from_parent: Diff, idempotent_replay: z.literal(true).optional() }),
  scope: 'agents:write',
  annotations: { readOnly: false, destructive: false, idempotent: false, openWorld: false },
  rest: { method: 'post', path: '/api/agents/{agent_id}/versions', status: () => 201, statuses: [201] },
  mcp: 'catalog',

  async handler(ctx, input) {
    const { orgId } = ctx.actor
    const { row, replayed } = await changed(ctx, input, async (trx, idempotency) => {
      const agent = await lockAgent(trx, ctx, input.agent_id)
      const current = agent.current_version_id
      refuseStale(input.expected_version_id, current)
      const parent = current === null ? EMPTY : await requireVersion(trx, orgId, input.agent_id, current)
      const { prompt = parent.prompt, tools = parent.tools, config = parent.config } = input
      return addVersion(trx, ctx, agent.version_count, {
        agentId: input.agent_id,
        origin: current === null ? 'created' : 'changed',
        content: cleaned({ prompt, tools, config }),
        parentVersionId: current,
        commitMessage: input.commit_message === undefined ? null : redactText(input.commit_message).text,
        tags: [...new Set(input.tags)],
        idempotency,
      })
    })
    const parent =
      row.parent_version_id === null
        ? EMPTY
        : await requireVersion(ctx.db, orgId, input.agent_id, row.parent_version_id)
    const answer = { version: versionToWire(row), diff_from_parent: diffContent(parent, row) }
    return replayed ? { ...answer, idempotent_replay: true as const } : answer
  },
})

/** What the first version starts from. */
const EMPTY = { prompt: '', tools: [], config: {} }
