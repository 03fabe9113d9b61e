import { inputRequired, inputResponse } from '@modelcontextprotocol/server'
import type { InputRequiredResult } from '@modelcontextprotocol/server'
import type { Context } from '#core/kernel/context'
import { Fault } from '#core/kernel/errors'
import type { InChat, Operation, Question } from '#core/kernel/operation'
import type { Call } from './call.ts'
import { declaredCapabilities } from './envelope.ts'

/** What travels through the client between question and answer, sealed: which act was shown to the person. */
export interface AskState {
  readonly about: string
  readonly digest: string
}

const KEY = 'verdict'

/**
 * Asks the person at the client for the verdict this call would otherwise wait for, and records the answer. Answers
 * with the question in the first round, and nothing when the call should go on: there is nobody to ask, nothing to
 * decide, or the verdict was recorded or not given. Only an explicit choice counts: a closed dialog or a timeout
 * leaves the act undecided, because nobody is known to have seen the question.
 */
export async function askInChat(
  call: Call,
  op: Operation,
  ctx: Context,
  input: Readonly<Record<string, unknown>>,
): Promise<InputRequiredResult | undefined> {
  const { inChat } = op
  if (!inChat || !mayDecide(call, inChat) || (op.scope !== 'public' && !ctx.actor.scopes.has(op.scope)))
    return undefined
  const asked = call.request.mcpReq.requestState<AskState>()
  if (asked === undefined) {
    if (!canAsk(call)) return undefined
    const question = await inChat.question(ctx, input)
    return question ? ask(call, question) : undefined
  }
  const verdict = verdictIn(call)
  if (verdict) await settle(inChat, ctx, asked, verdict)
  return undefined
}

/** An agent's key never decides, so its client is not asked either. */
function mayDecide({ caller: { actor } }: Call, { scope }: InChat): boolean {
  return actor.agentId === null && actor.scopes.has(scope)
}

/** Form elicitation; before modes existed a bare capability meant forms. */
function canAsk({ request, clientCapabilities }: Call): boolean {
  const declared = declaredCapabilities(request) ?? clientCapabilities?.()
  const elicitation = declared?.elicitation
  return elicitation !== undefined && (elicitation.form !== undefined || elicitation.url === undefined)
}

async function ask({ parts, request }: Call, { message, about, digest }: Question): Promise<InputRequiredResult> {
  return inputRequired({
    inputRequests: {
      [KEY]: inputRequired.elicit({
        message,
        requestedSchema: {
          type: 'object',
          properties: {
            verdict: {
              type: 'string',
              title: 'Your verdict',
              description: 'approve: the agent may do this once',
              enum: ['approve', 'deny'],
            },
            reason: { type: 'string', title: 'Reason', description: 'Told to the agent and kept', maxLength: 1000 },
          },
          required: ['verdict'],
        },
      }),
    },
    requestState: await parts.askState.mint({ about, digest }, request),
  })
}

interface Verdict {
  readonly allow: boolean
  readonly reason: string | undefined
}

function verdictIn({ request }: Call): Verdict | undefined {
  const response = inputResponse(request.mcpReq.inputResponses, KEY)
  if (response.kind !== 'elicit' || response.action === 'cancel') return undefined
  const text = response.content?.['reason']
  const reason = typeof text === 'string' && text.trim() !== '' ? text.trim().slice(0, 1000) : undefined
  if (response.action === 'decline') return { allow: false, reason: reason ?? 'Declined in the chat.' }
  const verdict = response.content?.['verdict']
  return verdict === 'approve' || verdict === 'deny' ? { allow: verdict === 'approve', reason } : undefined
}

/** A verdict that comes too late (somebody was faster, it expired) changes nothing; the call itself tells how it stands. */
async function settle(inChat: InChat, ctx: Context, asked: AskState, verdict: Verdict): Promise<void> {
  try {
    await inChat.settle(ctx, { ...asked, ...verdict })
  } catch (thrown) {
    if (!(thrown instanceof Fault) || (thrown.code !== 'conflict' && thrown.code !== 'APPROVAL_EXPIRED')) throw thrown
  }
}
