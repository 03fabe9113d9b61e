import { z } from 'zod'
import { Fault } from '#core/kernel/errors'
import { operation, type Operation } from '#core/kernel/operation'

const annotations = { readOnly: false, destructive: false, idempotent: false, openWorld: false }
const input = z.object({
  id: z.string().max(50).optional(),
  agent_id: z.string().optional(),
  count: z.int().optional(),
  flag: z.boolean().optional(),
  tags: z.array(z.string()).optional(),
  numbers: z.array(z.int()).optional(),
  either: z.union([z.boolean(), z.enum(['some'])]).optional(),
  fail: z.enum(['fault', 'blocked', 'crash', 'database', 'output']).optional(),
})
const output = z.object({ got: input, org: z.string(), agent: z.string().nullable(), token: z.string().nullable() })

type Handler = Operation<typeof input, typeof output>['handler']

const echo: Handler = (ctx, given) => {
  if (given.fail === 'fault')
    throw new Fault('conflict', 'No.', { details: ['a: b'], data: { more: 1 }, retryAfter: 3 })
  if (given.fail === 'blocked') throw new Fault('blocked', 'Blocked.', { data: { decision: { decision: 'block' } } })
  if (given.fail === 'crash') throw new TypeError('a secret of the inside')
  if (given.fail === 'database') throw Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })
  const org = given.fail === 'output' ? (undefined as unknown as string) : ctx.actor.orgId
  return { got: given, org, agent: ctx.actor.agentId, token: ctx.identityToken ?? null }
}

function echoAt(name: string, rest: Operation['rest'], scope: Operation['scope'] = 'actions:write'): Operation {
  return operation({
    name,
    title: name,
    description: name,
    input,
    output,
    scope,
    annotations,
    rest,
    mcp: 'hidden',
    handler: echo,
  })
}

/** The same handler on both roads, and on the paths and methods that routing must tell apart. */
export const testOperations: readonly Operation[] = [
  echoAt('test_hot', { method: 'post', path: '/api/hot', hot: true }),
  echoAt('test_plain', { method: 'post', path: '/api/plain' }),
  echoAt('test_get', { method: 'get', path: '/api/things/{id}', aliases: ['/api/alias/{id}'] }, 'actions:read'),
  echoAt('test_list', { method: 'get', path: '/api/things' }, 'actions:read'),
  echoAt('test_stats', { method: 'get', path: '/api/things/stats' }, 'actions:read'),
  echoAt('test_create', {
    method: 'post',
    path: '/api/things',
    status: (made) => (isFlagged(made) ? 202 : 201),
    statuses: [201, 202],
  }),
  echoAt('test_remove', { method: 'delete', path: '/api/things/{id}' }, 'actions:delete'),
  echoAt('test_public', { method: 'get', path: '/api/public' }, 'public'),
]

function isFlagged(made: unknown): boolean {
  return output.safeParse(made).data?.got.flag === true
}
