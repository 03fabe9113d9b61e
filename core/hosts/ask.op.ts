import { z } from 'zod'
import { operation } from '../kernel/operation.ts'
import { ask as rule } from './ask.ts'
import { told } from './hosts.rules.ts'
import { isExempt } from './own-tools.rules.ts'
import { refusedFor, witnessIn } from './witness.rules.ts'
import { HostAnswer, toolFields } from './schema.ts'

export const ask = operation({
  name: 'hosts_ask',
  title: 'Ask about a tool call of a host',
  description:
    'Rule on a tool call as an agent client is about to make it: takes its hook event, answers in its words.',
  input: z.looseObject({
    ...toolFields,
    wait: z.coerce.number().min(0).max(3600).default(30).describe('Seconds to wait for a person, where one is asked'),
  }),
  output: HostAnswer,
  scope: 'actions:write',
  annotations: { readOnly: false, destructive: false, idempotent: false, openWorld: false },
  rest: { method: 'post', path: '/api/hosts/{host}/ask' },
  mcp: 'hidden',

  async handler(ctx, { wait, ...event }) {
    if (isExempt(event.host, event.tool_name)) {
      return told(event.host, { verdict: 'allow', reason: 'it is how Writ is asked.', warnings: [], approved: false })
    }
    const witness = witnessIn(event)
    if (witness !== null) return told(event.host, refusedFor(witness))
    return told(event.host, await rule(ctx, event, wait))
  },
})
