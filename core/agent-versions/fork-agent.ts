import type { Transaction } from 'kysely'
import { registerAgent } from '#core/agents/index'
import { emitEvents } from '#core/events/index'
import { redactText } from '#core/scans/index'
import type { Database } from '../db/database.ts'
import type { Context } from '../kernel/context.ts'
import { Fault } from '../kernel/errors.ts'
import { newId } from '../kernel/id.ts'
import type { Content } from './diff.rules.ts'
import type { FORK_TYPES, VersionRow } from './schema.ts'
import { addVersion, cleaned, lockAgent, refuseStale, requireVersion, type Idempotency } from './store.ts'

type Given<T> = { readonly [K in keyof T]?: T[K] | undefined }

export interface Fork extends Given<Content> {
  readonly agent_id: string
  readonly version_id?: string | undefined
  readonly fork_type: (typeof FORK_TYPES)[number]
  readonly new_agent_id?: string | undefined
  readonly name: string
  readonly description?: string | undefined
  readonly commit_message?: string | undefined
  readonly expected_version_id?: string | undefined
}

const clean = (text: string | undefined): string | null => (text === undefined ? null : redactText(text).text)

/** Registers the new agent and its first version. A fork is always of an agent that was not there: no cycle can come. */
export async function forkAgent(
  trx: Transaction<Database>,
  ctx: Context,
  input: Fork,
  idempotency: Idempotency | null,
): Promise<VersionRow> {
  const { orgId } = ctx.actor
  const parent = await lockAgent(trx, ctx, input.agent_id)
  refuseStale(input.expected_version_id, parent.current_version_id)
  const asked = input.version_id ?? parent.current_version_id
  if (asked === null) throw new Fault('conflict', `The agent "${input.agent_id}" has no version to fork.`)
  const from = await requireVersion(trx, orgId, input.agent_id, asked)
  const agentId = input.new_agent_id ?? newId('agent')
  const agentName = clean(input.name)
  const description = clean(input.description) ?? parent.description
  const made = await registerAgent(trx, ctx.actor, { agentId, agentName, description, at: ctx.now() })
  if (!made.isNew || made.row.version_count > 0) throw new Fault('conflict', `The agent "${agentId}" exists already.`)
  const family = { parent_agent_id: input.agent_id, root_agent_id: parent.root_agent_id ?? input.agent_id }
  const agents = trx.updateTable('agent').where('org_id', '=', orgId)
  await agents
    .set({ ...family, fork_type: input.fork_type })
    .where('agent_id', '=', agentId)
    .execute()
  const more = agents.set((eb) => ({ fork_count: eb('fork_count', '+', 1) }))
  await more.where('agent_id', '=', input.agent_id).execute()
  const payload = { agent_id: agentId, agent_name: agentName, ...family, fork_type: input.fork_type }
  await emitEvents(trx, orgId, ctx.now(), [{ name: 'agent.forked', ref: agentId, payload }])
  const { prompt = from.prompt, tools = from.tools, config = from.config } = input
  return addVersion(trx, ctx, 0, {
    agentId,
    origin: 'forked',
    content: cleaned({ prompt, tools, config }),
    parentVersionId: from.version_id,
    commitMessage: clean(input.commit_message),
    idempotency,
  })
}
