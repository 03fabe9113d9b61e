import type { ServerResponse } from 'node:http'
import type { z } from 'zod'
import { emitEvents } from '#core/events/index'
import type { Settings } from '#core/kernel/config'
import type { Context } from '#core/kernel/context'
import { invoke } from '#core/kernel/invoke'
import type { Runtime } from '#core/kernel/runtime'
import { stubServer, type Received, type StubServer } from '#core/testing/stub-server'
import { create } from './create.op.ts'
import { deriveDeliveries } from './derive.ts'
import { listDeliveries } from './list-deliveries.op.ts'
import { webhookSender } from './sender.ts'

type Answer = (response: ServerResponse, request: Received, nth: number) => void

/** A real server on loopback that answers as the test says, and knows what it accepted. */
export interface Receiver extends StubServer {
  answer: Answer
}

export async function receiver(answer: Answer = (response) => response.end()): Promise<Receiver> {
  const seen = new Map<string, number>()
  const server = await stubServer((request, response) => {
    const id = String(request.headers['webhook-id'])
    const nth = (seen.get(id) ?? 0) + 1
    seen.set(id, nth)
    self.answer(response, request, nth)
  })
  const self: Receiver = { ...server, answer }
  return self
}

export const outside = (settings: Partial<Settings> = {}) => ({
  settings: { egress_allow: '127.0.0.1', webhook_timeout_ms: 300, ...settings },
  ports: { fetch: globalThis.fetch },
})

export async function hooked(ctx: Context, url: string, more: Partial<z.input<typeof create.input>> = {}) {
  return invoke(create, ctx, { url: `${url}/hook`, events: ['task.*'], ...more })
}

/** Writes events as a change would, in one transaction. */
export async function emit(ctx: Context, count: number, name = 'task.completed'): Promise<void> {
  const drafts = Array.from({ length: count }, (_, n) => ({
    name,
    ref: `task_${n}`,
    payload: { task_id: `task_${n}`, agent_id: 'a1', status: 'completed' },
  }))
  await ctx.db.transaction().execute((trx) => emitEvents(trx, ctx.actor.orgId, ctx.now(), drafts))
}

/** What the job does, until nothing is due. */
export async function deliver(runtime: Runtime): Promise<void> {
  await deriveDeliveries(runtime)
  await runtime.use(webhookSender).idle()
}

export async function logOf(ctx: Context, webhookId: string) {
  return (await invoke(listDeliveries, ctx, { webhook_id: webhookId, limit: 200 })).deliveries
}
