import type { Tool } from '@modelcontextprotocol/server'
import type { Actor } from '#core/kernel/context'
import type { Operation } from '#core/kernel/operation'
import { catalogTools } from './catalog-tools.ts'
import { listedInput, listedOutput } from './json-schema.rules.ts'
import { isListed, type Toolset } from './toolsets.rules.ts'

/** One line of `tools/list` and the operation behind it. */
export interface ListedTool {
  readonly tool: Tool
  readonly operation: Operation
}

/** The tools of a registry by name, computed once: nothing here depends on the caller. */
export type ToolTable = ReadonlyMap<string, ListedTool>

export function toolName(op: Operation): string {
  return op.tool ?? `writ_${op.name}`
}

export function toolTable(operations: readonly Operation[]): ToolTable {
  const tools = operations
    .filter((op) => op.mcp !== 'hidden')
    .map((op) => ({ operation: op, tool: toolOf(op) }))
    .toSorted((a, b) => (a.tool.name < b.tool.name ? -1 : 1))
  return new Map(tools.map((listed) => [listed.tool.name, listed]))
}

export interface Audience {
  readonly actor: Pick<Actor, 'scopes'>
  readonly toolset: Toolset
}

/** What this caller is shown: tools of their set that their credential can use. */
export function toolsFor(table: ToolTable, { actor, toolset }: Audience): Tool[] {
  const tools = [...table.values()]
    .filter(({ operation: op }) => isListed(toolset, op) && (op.scope === 'public' || actor.scopes.has(op.scope)))
    .map(({ tool }) => tool)
  return toolset.catalog ? [...tools, ...catalogTools] : tools
}

export function annotationsOf({ annotations }: Operation): NonNullable<Tool['annotations']> {
  return {
    readOnlyHint: annotations.readOnly,
    destructiveHint: annotations.destructive,
    idempotentHint: annotations.idempotent,
    openWorldHint: annotations.openWorld,
  }
}

function toolOf(op: Operation): Tool {
  return {
    name: toolName(op),
    title: op.title,
    description: op.description,
    inputSchema: listedInput(op.input),
    ...(op.listOutput ? { outputSchema: listedOutput(op.output) } : {}),
    annotations: annotationsOf(op),
  }
}
