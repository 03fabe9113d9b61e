import { z } from 'zod'
import { redactText } from '#core/scans/index'
import { operation } from '../kernel/operation.ts'
import { diffContent } from './diff.rules.ts'
import { CommitMessage, Diff, IdempotencyKey, Version, VersionId, versionToWire } from './schema.ts'
import { addVersion, changed, lockAgent, refuseStale, requireVersion } from './store.ts'

export const rollback = operation({
  name: 'agent_versions_rollback',
  title: 'Roll an agent back',
  description: 'Make a new version of an agent with the content of an earlier one; nothing of the history is changed.',
  input: z.object({
    agent_id: z.string().min(1).max(128),
    version_id: VersionId.describe('The version to go back to: id or number'),
    commit_message: CommitMessage.optional(),
    expected_version_id: VersionId.optional().describe('409 when another version is current by now'),
    idempotency_key: IdempotencyKey.optional(),
  }),
  output: z.object({ version: Version, diff_from_parent: Diff, idempotent_replay: z.literal(true).optional() }),
  scope: 'agents:write',
  annotations: { readOnly: false, destructive: false, idempotent: false, openWorld: false },
  rest: { method: 'post', path: '/api/agents/{agent_id}/rollback', status: () => 201, statuses: [201] },
  mcp: 'catalog',

  async handler(ctx, input) {
    const { orgId } = ctx.actor
    const { agent_id: agentId, commit_message: message } = input
    const { row, replayed } = await changed(ctx, input, async (trx, idempotency) => {
      const agent = await lockAgent(trx, ctx, agentId)
      refuseStale(input.expected_version_id, agent.current_version_id)
      const old = await requireVersion(trx, orgId, agentId, input.version_id)
      return addVersion(trx, ctx, agent.version_count, {
        agentId,
        origin: 'rolled_back',
        content: old,
        parentVersionId: agent.current_version_id,
        commitMessage: message === undefined ? `Rollback to version ${old.version_number}` : redactText(message).text,
        idempotency,
      })
    })
    const parent = await requireVersion(ctx.db, orgId, agentId, row.parent_version_id ?? row.version_id)
    const answer = { version: versionToWire(row), diff_from_parent: diffContent(parent, row) }
    return replayed ? { ...answer, idempotent_replay: true as const } : answer
  },
})
