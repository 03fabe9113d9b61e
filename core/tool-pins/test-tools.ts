import { invoke } from '#core/kernel/invoke'
import type { Context } from '#core/kernel/context'
import type { Definition } from './definition.rules.ts'
import { check } from './check.op.ts'
import type { Checked } from './check.ts'

export const readFile = {
  name: 'read_file',
  description: 'Reads one file.',
  inputSchema: { type: 'object', properties: { path: { type: 'string' } } },
}

/** How one tool of a server stands. */
export async function checked(ctx: Context, server: string, tool: Definition): Promise<Checked> {
  const { tools } = await invoke(check, ctx, { server, tools: [tool] })
  const [first] = tools
  if (first === undefined) throw new Error('One tool was asked about.')
  return first
}
