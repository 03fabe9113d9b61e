import { agentOf } from '#core/guard/index'
import { z } from 'zod'
import { operation } from '../kernel/operation.ts'
import { sessionDigest } from './digest.ts'
import { noteInstall } from './note-install.ts'
import { HostAnswer, hookFields, InstallState } from './schema.ts'

export const startSession = operation({
  name: 'hosts_start_session',
  title: 'Begin a session of a host',
  description: 'What an agent should know when its session begins: policies in force and what waits for a person.',
  input: z.looseObject({
    ...hookFields,
    install: InstallState.optional().describe('What the gate found of its own install, as the session began'),
  }),
  output: HostAnswer,
  scope: 'actions:write',
  annotations: { readOnly: false, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'post', path: '/api/hosts/{host}/start-session' },
  mcp: 'hidden',

  async handler(ctx, { host, agent, install }) {
    if (install !== undefined) await noteInstall(ctx, host, install)
    const text = await sessionDigest(ctx, agentOf(ctx, { agent_id: agent }))
    if (host === 'hermes' || host === 'openclaw') return { context: text }
    return { hookSpecificOutput: { hookEventName: 'SessionStart', additionalContext: text } }
  },
})
