import type { z } from 'zod'
import { create as createAgent } from '#core/agents/create.op'
import type { Context } from '#core/kernel/context'
import { invoke } from '#core/kernel/invoke'
import type { Runtime } from '#core/kernel/runtime'
import { testOrg } from '#core/testing/context'
import { create } from './create.op.ts'
import type { Task } from './schema.ts'

/** An org with the agent `a1` and a worker's key. */
export async function withAgent(runtime: Runtime, options: { policies?: 'default' | 'none' } = {}) {
  const org = await testOrg(runtime, options)
  const admin = await org.as('admin')
  await invoke(createAgent, admin, { agent_id: 'a1', agent_name: 'Ann' })
  return { org, admin, ctx: await org.as('member') }
}

export async function queued(ctx: Context, more: Partial<z.input<typeof create.input>> = {}): Promise<Task> {
  return (await invoke(create, ctx, { agent_id: 'a1', title: 'Review', ...more })).task
}

/** Names of the events about one task, oldest first. */
export async function told(ctx: Context, taskId: string): Promise<string[]> {
  const events = ctx.db.selectFrom('event').select('name').where('org_id', '=', ctx.actor.orgId)
  return (await events.where('ref', '=', taskId).orderBy('seq').execute()).map(({ name }) => name)
}
