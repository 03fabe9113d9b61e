import type { z } from 'zod'
import type { Context } from './context.ts'
import type { Scope } from './scope.ts'

/** The four hints of MCP's tool annotations; all required, because an unset hint is a silent gap. */
export interface Annotations {
  readonly readOnly: boolean
  readonly destructive: boolean
  readonly idempotent: boolean
  readonly openWorld: boolean
}

export interface RestBinding<O> {
  readonly method: 'get' | 'post' | 'patch' | 'put' | 'delete'
  /** `{field}` segments are input fields. */
  readonly path: string
  readonly aliases?: readonly string[]
  /** Success status by output; 200 when absent. */
  readonly status?: (output: O) => number
  /** Documented success statuses beside 200, for OpenAPI. */
  readonly statuses?: readonly number[]
  /** Answered by the node:http listener before the web framework sees the request. For `post` without path fields. */
  readonly hot?: true
}

/** `direct` is listed to every agent; `catalog` is found by search; `hidden` exists over REST only. */
export type McpSurface = 'direct' | 'catalog' | 'hidden'

export interface Operation<I extends z.ZodObject = z.ZodObject, O extends z.ZodType = z.ZodType> {
  /** `<domain>_<verb>[_<object>]`, equal to folder and file. */
  readonly name: string
  readonly title: string
  /** One sentence: it is search text and costs tokens. */
  readonly description: string
  readonly input: I
  readonly output: O
  readonly scope: Scope | 'public'
  readonly annotations: Annotations
  readonly rest: RestBinding<z.output<O>>
  readonly mcp: McpSurface
  /** Name of the tool when it is not `writ_<name>`. */
  readonly tool?: string
  /** True for the few tools whose clients branch on fields: their output schema is listed. */
  readonly listOutput?: boolean
  /** Other names under which a top-level input field is accepted, beside camelCase. */
  readonly inputAliases?: Readonly<Record<string, string>>
  handler(ctx: Context, input: z.output<I>): Promise<z.output<O>> | z.output<O>
}

/** Ties the types of one definition together; adapters see the plain `Operation`. */
export function operation<I extends z.ZodObject, O extends z.ZodType>(definition: Operation<I, O>): Operation<I, O> {
  return Object.freeze(definition)
}
