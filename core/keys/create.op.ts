import { z } from 'zod'
import { AgentId, registerAgent } from '#core/agents/index'
import { Fault } from '../kernel/errors.ts'
import { operation } from '../kernel/operation.ts'
import { roles, scopes, scopesOf } from '../kernel/scope.ts'
import { Instant } from '../kernel/time.ts'
import { ApiKey, keyToWire } from './schema.ts'
import { assertWithin } from './authority.ts'
import { insertKey } from './store.ts'

export const create = operation({
  name: 'keys_create',
  title: 'Create an API key',
  description: 'Create an API key with a role, optionally bound to one agent; the secret is shown once.',
  input: z.object({
    name: z.string().min(1).max(256),
    role: z.enum(roles).default('member'),
    scopes: z.array(z.enum(scopes)).min(1).max(scopes.length).optional().describe('Narrows the role to these scopes'),
    agent_id: AgentId.optional().describe('Binds the key: it can speak for this agent only'),
    prefix: z
      .string()
      .regex(/^[a-z][a-z0-9_]{1,23}_$/, 'must be lower case letters, digits and _, and end with _')
      .optional(),
    expires_at: Instant.optional(),
    rate_limit_per_minute: z.int().min(1).max(1_000_000).optional(),
  }),
  output: z.object({ key: ApiKey, secret: z.string() }),
  scope: 'keys:write',
  annotations: { readOnly: false, destructive: false, idempotent: false, openWorld: false },
  rest: { method: 'post', path: '/api/keys', status: () => 201, statuses: [201] },
  mcp: 'hidden',

  async handler(ctx, input) {
    const allowed = scopesOf(input.role)
    const outside = (input.scopes ?? []).filter((scope) => !allowed.includes(scope))
    if (outside.length > 0) {
      const details = [
        `scopes: ${outside.join(', ')} not part of the role ${input.role}; allowed are ${allowed.join(', ')}`,
      ]
      throw new Fault('invalid_input', 'Validation failed', { details })
    }
    assertWithin(ctx.actor, input.scopes ?? allowed, 'make')
    if (input.agent_id !== undefined && input.role !== 'member' && input.role !== 'readonly') {
      const details = ['agent_id: an agent key has the role member or readonly; agents never approve or administer']
      throw new Fault('invalid_input', 'Validation failed', { details })
    }
    const expiresAt = input.expires_at === undefined ? null : new Date(input.expires_at)
    if (expiresAt && expiresAt <= ctx.now()) {
      throw new Fault('invalid_input', 'Validation failed', { details: ['expires_at: lies in the past'] })
    }
    const { row, secret } = await ctx.db.transaction().execute(async (trx) => {
      if (input.agent_id !== undefined) await registerAgent(trx, ctx.actor, { agentId: input.agent_id, at: ctx.now() })
      return insertKey(trx, ctx.actor, ctx.now(), {
        name: input.name,
        role: input.role,
        scopes: input.scopes,
        agentId: input.agent_id,
        prefix: input.prefix,
        expiresAt,
        rateLimitPerMinute: input.rate_limit_per_minute,
      })
    })
    return { key: keyToWire(row), secret }
  },
})
