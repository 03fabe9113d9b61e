import type { z } from 'zod'
import type { ActionInput } from '#core/actions/create.op'
import type { registry } from '#core/registry.gen'
import type { Checked, Definition } from '#core/tool-pins/index'
import type { HostCall } from './host-call.rules.ts'
import type { Json } from './message.rules.ts'

type Answer<N extends keyof typeof registry> = z.output<(typeof registry)[N]['output']>

/** What the gateway asks of a Writ server, however it is reached. */
export interface WritServer {
  /** What the MCP client calls itself, once it has said so. */
  clientName: string | undefined
  createAction(input: z.input<typeof ActionInput>): Promise<Answer<'actionsCreate'>>
  /** The action that a client's hook was allowed for this very call; null when none was. */
  joinCall(call: HostCall & { readonly tool_name: string; readonly tool_input: Json }): Promise<string | null>
  waitForApproval(actionId: string, seconds: number, signal: AbortSignal): Promise<Answer<'approvalsWait'>>
  updateAction(
    actionId: string,
    change: Omit<z.input<(typeof registry)['actionsUpdate']['input']>, 'action_id'>,
  ): Promise<unknown>
  checkTools(server: string, tools: readonly Definition[], signal: AbortSignal): Promise<readonly Checked[]>
}

/** `unavailable`: there was no answer. `blocked` and `refused` are answers. */
export class WritFailure extends Error {
  override readonly name = 'WritFailure'
  readonly kind: 'unavailable' | 'blocked' | 'refused'

  constructor(kind: WritFailure['kind'], message: string, cause: unknown) {
    super(message, { cause })
    this.kind = kind
  }
}

export const isUnavailable = (thrown: unknown): thrown is WritFailure =>
  thrown instanceof WritFailure && thrown.kind === 'unavailable'
