import { requireAction, type ActionRow } from '#core/actions/index'
import { Fault } from '../kernel/errors.ts'
import { invoke } from '../kernel/invoke.ts'
import type { InChat } from '../kernel/operation.ts'
import { assertMayApprove } from './authority.ts'
import { decide } from './decide.op.ts'

/** Lets the person at the client decide what the call would wait for; the verdict takes the same road as any other. */
export const inChat: InChat = {
  scope: decide.scope as InChat['scope'],

  async question(ctx, { action_id }) {
    if (typeof action_id !== 'string') return null
    try {
      await assertMayApprove(ctx, action_id)
    } catch (thrown) {
      // The call itself tells what is wrong with the id; whoever may not approve is not asked.
      if (thrown instanceof Fault && thrown.status < 500) return null
      throw thrown
    }
    const row = await requireAction(ctx, action_id)
    return row.status === 'pending_approval'
      ? { message: messageOf(row), about: row.action_id, digest: row.act_digest }
      : null
  },

  async settle(ctx, { about, digest, allow, reason }) {
    const row = await requireAction(ctx, about)
    if (row.act_digest !== digest) throw new Fault('conflict', 'The act is not the one that was shown.')
    const reasoning = reason === undefined ? {} : { reasoning: reason }
    await invoke(decide, ctx, { action_id: about, decision: allow ? 'allow' : 'deny', ...reasoning })
  },
}

function messageOf(row: ActionRow): string {
  const facts: readonly (readonly [string, string | null])[] = [
    ['Agent', row.agent_name ?? row.agent_id],
    ['Wants to', row.declared_goal],
    ['Act', row.action_type],
    ['On', row.target],
    ['Details', row.input_summary],
    ['Why', row.reasoning],
    ['Risk', `${row.risk_score} of 100${row.reversible ? '' : ', cannot be undone'}`],
    ['Action id', row.action_id],
  ]
  const lines = facts.flatMap(([name, value]) => (value ? [`${name}: ${oneLine(value)}`] : []))
  return ['An agent asks for your approval.', ...lines].join('\n')
}

/** What an agent wrote must not be able to look like a line of ours. */
function oneLine(text: string): string {
  const flat = text.replaceAll(/[\s\p{Cc}\p{Cf}]+/gu, ' ').trim()
  return flat.length > 600 ? `${flat.slice(0, 600)}…` : flat
}
