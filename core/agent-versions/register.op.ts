import { z } from 'zod'
import { AgentDetail, AgentId, agentToDetail, registerAgent, requireAgent } from '#core/agents/index'
import { redactText } from '#core/scans/index'
import { Fault } from '../kernel/errors.ts'
import { newId } from '../kernel/id.ts'
import { operation } from '../kernel/operation.ts'
import { CommitMessage, content, IdempotencyKey, Version, versionToWire } from './schema.ts'
import { addVersion, changed, cleaned } from './store.ts'

export const register = operation({
  name: 'agent_versions_register',
  title: 'Register an agent with its first version',
  description: 'Register a new agent together with its first version: prompt, tools and config.',
  input: z.object({
    agent_id: AgentId.optional().describe('Made when left away'),
    name: z.string().min(1).max(256),
    description: z.string().max(2000).optional(),
    ...content,
    commit_message: CommitMessage.optional(),
    idempotency_key: IdempotencyKey.optional(),
  }),
  output: z.object({ agent: AgentDetail, version: Version, idempotent_replay: z.literal(true).optional() }),
  scope: 'agents:pause',
  annotations: { readOnly: false, destructive: false, idempotent: false, openWorld: false },
  rest: { method: 'post', path: '/api/agents/registry', status: () => 201, statuses: [201] },
  mcp: 'hidden',

  async handler(ctx, input) {
    const clean = (text: string | undefined): string | null => (text === undefined ? null : redactText(text).text)
    const { row, replayed } = await changed(ctx, input, async (trx, idempotency) => {
      const agentId = input.agent_id ?? newId('agent')
      const wanted = { agentId, agentName: clean(input.name), description: clean(input.description), at: ctx.now() }
      const made = await registerAgent(trx, ctx.actor, wanted)
      if (!made.isNew || made.row.version_count > 0)
        throw new Fault('conflict', `The agent "${agentId}" exists already: give it a version instead.`)
      const { prompt = '', tools = [], config = {} } = input
      return addVersion(trx, ctx, 0, {
        agentId,
        origin: 'created',
        content: cleaned({ prompt, tools, config }),
        parentVersionId: null,
        commitMessage: clean(input.commit_message),
        idempotency,
      })
    })
    const agent = agentToDetail(await requireAgent(ctx, row.agent_id), ctx.now())
    return { agent, version: versionToWire(row), ...(replayed ? { idempotent_replay: true as const } : {}) }
  },
})
