import { z } from 'zod'
import { agentOf, claimed, decideAndRecord, isKeyRaced, requestDigest, signerOf } from '#core/guard/index'
import { operation } from '../kernel/operation.ts'
import { callKey } from './call-key.rules.ts'
import { hostRequest } from './request.rules.ts'
import { toolFields } from './schema.ts'

const KINDS = {
  deny: 'told late: no server could be asked, so the call was refused',
  allow: 'told late: no server could be asked, and the operator lets calls run then',
} as const

export const deliver = operation({
  name: 'hosts_deliver',
  title: 'Deliver a call that could not be asked about',
  description: 'Put a tool call on the record that was refused or ran ungoverned while no server could be asked.',
  input: z.looseObject({
    ...toolFields,
    kind: z.enum(['deny', 'allow']),
    at: z.coerce.number().min(0).max(100_000_000_000).describe('Seconds since 1970, by the clock of the client'),
  }),
  output: z.object({ recorded: z.boolean().describe('False: it is on the record already') }),
  scope: 'guard:evaluate',
  annotations: { readOnly: false, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'post', path: '/api/hosts/{host}/deliver' },
  mcp: 'hidden',

  async handler(ctx, { kind, at, ...event }) {
    const { request: asked } = hostRequest(event)
    const { request, identity, control } = await signerOf(ctx, { ...asked, agent_id: event.agent }, undefined)
    const when = new Date(at * 1000).toISOString()
    const late = {
      ...request,
      agent_id: agentOf(ctx, request) ?? undefined,
      enforcement_mode: 'observe' as const,
      trigger: `${event.host} hook, ${KINDS[kind]} (${when})`,
    }
    const key = callKey(event)
    const digest = requestDigest(ctx.actor.principalId, late, identity)
    const once = key === null ? {} : { idempotency: { key: `late:${key}`, digest } }
    try {
      await decideAndRecord(ctx, late, {
        source: 'guard',
        consume: false,
        identity: await claimed(ctx, identity, {}),
        identityControl: control,
        ...once,
      })
      return { recorded: true }
    } catch (thrown) {
      if (!isKeyRaced.test(thrown)) throw thrown
      return { recorded: false }
    }
  },
})
