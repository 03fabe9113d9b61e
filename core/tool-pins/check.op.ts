import { z } from 'zod'
import { operation } from '../kernel/operation.ts'
import { checkTools } from './check.ts'
import { Reason, ServerName, ToolDefinition } from './schema.ts'

export const check = operation({
  name: 'tool_pins_check',
  title: 'Check the tools of a wrapped server',
  description:
    'Report the tool definitions that a wrapped MCP server lists now; tells which are trusted and which are quarantined.',
  input: z.object({ server: ServerName, tools: z.array(ToolDefinition).max(200) }),
  output: z.object({
    server: z.string(),
    tools: z
      .array(
        z.object({
          name: z.string(),
          digest: z.string(),
          status: z.enum(['new', 'pinned', 'quarantined']),
          pin_id: z.string().nullable().describe('What an admin approves; null where none was kept'),
          reasons: z.array(Reason),
        }),
      )
      .describe('In the order of the input'),
  }),
  scope: 'actions:write',
  annotations: { readOnly: false, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'post', path: '/api/tool-pins/check' },
  mcp: 'hidden',

  async handler(ctx, { server, tools }) {
    return { server, tools: await checkTools(ctx, server, tools) }
  },
})
