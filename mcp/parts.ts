import { createHash, randomBytes } from 'node:crypto'
import { createRequestStateCodec, type RequestStateCodec } from '@modelcontextprotocol/server'
import type { Operation } from '#core/kernel/operation'
import type { Runtime } from '#core/kernel/runtime'
import { version } from '#core/system/index'
import { catalogIndex, type CatalogIndex } from './catalog.ts'
import type { AskState } from './in-chat.ts'
import { toolTable, type ToolTable } from './tool-list.ts'

/** What every MCP server instance of one runtime shares; made once, because instances are made per request. */
export interface McpParts {
  readonly runtime: Runtime
  readonly operations: readonly Operation[]
  readonly byName: ReadonlyMap<string, Operation>
  readonly tools: ToolTable
  readonly catalog: CatalogIndex
  readonly askState: RequestStateCodec<AskState>
  readonly version: string
}

export function mcpParts(runtime: Runtime, operations: readonly Operation[]): McpParts {
  return {
    runtime,
    operations,
    byName: new Map(operations.map((op) => [op.name, op])),
    tools: toolTable(operations),
    catalog: catalogIndex(operations),
    askState: createRequestStateCodec<AskState>({
      key: stateKey(runtime),
      ttlSeconds: 15 * 60,
      bind: (ctx) => `${ctx.mcpReq.method}\n${ctx.http?.authInfo?.clientId ?? ''}`,
    }),
    version,
  }
}

/** Replicas share the configured key, so that any of them can take up a question another one asked. */
function stateKey({ settings }: Runtime): Uint8Array {
  const { secret_key } = settings
  if (secret_key === undefined) return randomBytes(32)
  return createHash('sha256').update(`writ.mcp.request-state\n${secret_key}`).digest()
}
