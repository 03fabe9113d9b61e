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
  /** Bytes of a body, unpacked; 2 MiB when absent. */
  readonly maxBytes?: number
}

/** `direct` is listed to every agent; `catalog` is found by search; `hidden` exists over REST only. */
export type McpSurface = 'direct' | 'catalog' | 'hidden'

/** What a person is shown before they decide, and what the answer is bound to. */
export interface Question {
  readonly message: string
  /** Id of what is decided. */
  readonly about: string
  /** Digest of the act that was shown. */
  readonly digest: string
}

/** How a person at the client itself may settle what a call would wait for (MCP elicitation). */
export interface InChat {
  /** Needed to settle; without it nobody is asked. */
  readonly scope: Scope
  /** Null when there is nothing to decide, or not by this caller. */
  question(ctx: Context, input: Readonly<Record<string, unknown>>): Promise<Question | null>
  settle(
    ctx: Context,
    verdict: Omit<Question, 'message'> & { allow: boolean; reason: string | undefined },
  ): Promise<void>
}

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
  /** True where callers sign what they send: the handler finds it in `ctx.sent`, before aliases and defaults. */
  readonly needsSent?: true
  /** A list whose entries the handler refuses one by one with `refuseHostile`, so that one spoils none of the others. */
  readonly itemwise?: string
  /** The id of what waits for a person after this call, if anything: adapters then tell how it is approved. */
  awaiting?(output: z.output<O>): string | null
  readonly inChat?: InChat
  handler(ctx: Context, input: z.output<I>): Promise<z.output<O>> | z.output<O>
}

/** Ties the types of one definition together; adapters see the plain `Operation`. */
export function operation<I extends z.ZodObject, O extends z.ZodType>(definition: Operation<I, O>): Operation<I, O> {
  return Object.freeze(definition)
}
