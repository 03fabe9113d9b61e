/** A server made with the official library, which speaks both eras of the protocol; a program for tests. */
import { McpServer } from '@modelcontextprotocol/server'
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { z } from 'zod'

serveStdio(() => {
  const server = new McpServer({ name: 'greeter', version: '1' })
  server.registerTool('greet', { description: 'Greets.', inputSchema: z.object({ who: z.string() }) }, ({ who }) => ({
    content: [{ type: 'text', text: `Hello ${who}` }],
  }))
  return server
})
