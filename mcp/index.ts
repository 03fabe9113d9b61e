export { serveStdioBridge, type StdioBridge } from './stdio.ts'
export { mcpListener, type Identified, type McpListener, type McpOptions } from './streamable.ts'
export type { UpstreamOptions } from './upstream.ts'
