import { requireAction, type ActionRow } from '#core/actions/index'
import type { Context } from '../kernel/context.ts'
import { Fault } from '../kernel/errors.ts'
import { invoke } from '../kernel/invoke.ts'
import type { InChat } from '../kernel/operation.ts'
import { assertMayApprove } from './authority.ts'
import { decide } from './decide.op.ts'

const MOST_SHOWN = 1500

/** Lets the person at the client decide what the call would wait for; the verdict takes the same road as any other. */
export const inChat: InChat = {
  scope: 'approvals:decide',

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
    if (row.status !== 'pending_approval') return null
    return { message: await messageOf(ctx, row), about: row.action_id, digest: row.act_digest }
  },

  async settle(ctx, { about, digest, allow, reason }) {
    const row = await requireAction(ctx, about)
    if (row.act_digest !== digest) throw new Fault('conflict', 'The act is not the one that was shown.')
    const reasoning = reason === undefined ? {} : { reasoning: reason }
    await invoke(decide, ctx, { action_id: about, decision: allow ? 'allow' : 'deny', ...reasoning })
  },
}

/** What a person must see to decide: who, what exactly, why they are asked, and how risky it is. */
async function messageOf(ctx: Context, row: ActionRow): Promise<string> {
  const decision = await ctx.db
    .selectFrom('guard_decision')
    .select(['reason', 'context'])
    .where('org_id', '=', row.org_id)
    .where('id', '=', row.guard_decision_id)
    .executeTakeFirst()
  const request = decision?.context['request'] as { act?: object } | undefined
  const facts: readonly (readonly [string, string | null | undefined])[] = [
    ['Agent', row.agent_name === null ? row.agent_id : `${row.agent_name} (${row.agent_id})`],
    ['Wants to', row.declared_goal],
    ['Type', row.action_type],
    ['Act', request?.act && JSON.stringify(request.act)],
    ['On', row.target],
    ['Says why', row.reasoning],
    ['Asked because', decision?.reason],
    ['Risk', `${row.risk_score} of 100${row.reversible ? '' : ', cannot be undone'}`],
    ['Action id', row.action_id],
  ]
  const lines = facts.flatMap(([name, value]) => (value ? [`${name}: ${oneLine(value)}`] : []))
  return ['An agent asks for your approval.', ...lines].join('\n')
}

/** What an agent wrote must not be able to look like a line of ours, nor push the rest out of sight. */
function oneLine(text: string): string {
  const flat = text.replaceAll(/[\s\p{Cc}\p{Cf}]+/gu, ' ').trim()
  return flat.length > MOST_SHOWN ? `${flat.slice(0, MOST_SHOWN)}… (${flat.length - MOST_SHOWN} more characters)` : flat
}
