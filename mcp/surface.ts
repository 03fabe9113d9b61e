import { countTokens } from 'gpt-tokenizer/encoding/o200k_base'
import { scopes } from '#core/kernel/scope'
import type { Operation } from '#core/kernel/operation'
import { operations } from '#core/registry.gen'
import { TOOL_LIST_TTL_MS } from './server.ts'
import { toolsFor, toolTable } from './tool-list.ts'
import { defaultToolset } from './toolsets.rules.ts'

export interface Surface {
  /** o200k tokens of the whole default `tools/list` result as served to a credential with every scope. */
  readonly tokens: number
  readonly tools: readonly { readonly tokens: number; readonly tool: object }[]
}

/** What an agent is shown at the start, with what it costs: the reviewed artifact. */
export function surface(all: readonly Operation[] = operations): Surface {
  const tools = toolsFor(toolTable(all), { actor: { scopes: new Set(scopes) }, toolset: defaultToolset })
  const served = { resultType: 'complete', tools, ttlMs: TOOL_LIST_TTL_MS, cacheScope: 'private' }
  return {
    tokens: countTokens(JSON.stringify(served)),
    tools: tools.map((tool) => ({ tokens: countTokens(JSON.stringify(tool)), tool })),
  }
}

export function surfaceJson(): string {
  return JSON.stringify(surface(), null, 2)
}
