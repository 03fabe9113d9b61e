import type { CallToolResult, InputRequiredResult } from '@modelcontextprotocol/server'
import { z } from 'zod'
import { Fault } from '#core/kernel/errors'
import type { Operation } from '#core/kernel/operation'
import { callOperation, type Call } from './call.ts'
import { jsonResult, faultResult } from './errors.ts'
import { fullSchema, wordsIn } from './json-schema.rules.ts'
import { searchIndex, type SearchIndex } from './search.rules.ts'
import { annotationsOf, toolName } from './tool-list.ts'
import { isListed, isReachable } from './toolsets.rules.ts'

export type CatalogIndex = SearchIndex<Operation>

const SearchInput = z.object({
  query: z.string().max(500).default(''),
  limit: z.int().min(1).max(10).default(3),
  outputs: z.boolean().default(false),
})

const Arguments = z.record(z.string(), z.unknown())
const CallInput = z.strictObject({
  operation: z.string().min(1).max(100),
  // Where a schema says only "object", some models send its JSON as text.
  arguments: z.union([Arguments, z.string().transform(parsed).pipe(Arguments)], 'must be an object').default({}),
})

export function catalogIndex(operations: readonly Operation[]): CatalogIndex {
  return searchIndex(
    operations.filter((op) => op.mcp !== 'hidden'),
    (op) => ({
      fields: [
        { text: `${op.name} ${op.tool ?? ''}`.replaceAll('_', ' '), weight: 3 },
        { text: op.title, weight: 3 },
        { text: op.description, weight: 1 },
        { text: wordsIn(fullSchema(op.input, 'input')).join(' ').replaceAll('_', ' '), weight: 0.3 },
      ],
    }),
  )
}

/** Input schemas of the best matches, and the names of all others: an agent that finds nothing still sees what there is. */
export function searchOperations(call: Call, given: unknown): CallToolResult {
  const input = SearchInput.safeParse(given)
  if (!input.success) return faultResult(invalid(input.error), call.caller.requestId)
  const usable = (op: Operation): boolean => canCall(call, op)
  const found = call.parts.catalog.find(input.data.query, input.data.limit, usable)
  const others = call.parts.operations.filter((op) => usable(op) && !found.includes(op))
  return jsonResult({
    operations: found.map((op) => describe(call, op, input.data.outputs)),
    others: others.map((op) => `${op.name}: ${op.title}`),
  })
}

/** Calls by name what search finds; hidden operations exist over REST only. */
export async function callByName(call: Call, given: unknown): Promise<CallToolResult | InputRequiredResult> {
  const input = CallInput.safeParse(given)
  if (!input.success) return faultResult(invalid(input.error), call.caller.requestId)
  const { operation: name, arguments: args } = input.data
  const op = call.parts.byName.get(name) ?? call.parts.tools.get(name)?.operation
  if (op && isReachable(call.caller.toolset, op)) return callOperation(call, op, args)
  if (op?.mcp === 'hidden') {
    const error = `${name} is not offered over MCP; a person calls it with the writ command or over REST.`
    return faultResult(new Fault('not_found', error), call.caller.requestId)
  }
  const near = call.parts.catalog.find(name.replaceAll('_', ' '), 3, (one) => canCall(call, one))
  const details = near.length > 0 ? [`operation: did you mean ${near.map((one) => one.name).join(', ')}?`] : []
  return faultResult(new Fault('not_found', `There is no operation ${name}.`, { details }), call.caller.requestId)
}

function canCall({ caller: { actor, toolset } }: Call, op: Operation): boolean {
  return isReachable(toolset, op) && (op.scope === 'public' || actor.scopes.has(op.scope))
}

function describe({ caller }: Call, op: Operation, outputs: boolean): object {
  return {
    operation: op.name,
    ...(isListed(caller.toolset, op) ? { tool: toolName(op) } : {}),
    title: op.title,
    description: op.description,
    annotations: annotationsOf(op),
    input_schema: fullSchema(op.input, 'input'),
    ...(outputs ? { output_schema: fullSchema(op.output, 'output') } : {}),
  }
}

function invalid(error: z.ZodError): Fault {
  return new Fault('invalid_input', 'Validation failed', {
    details: error.issues.flatMap((issue) => {
      if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => `${key}: belongs inside arguments`)
      return [`${issue.path.length > 0 ? issue.path.join('.') : '(arguments)'}: ${issue.message}`]
    }),
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
