import { signStatement } from '#core/ledger/index'
import type { Context } from '../kernel/context.ts'
import type { GuardAnswer } from './schema.ts'

/**
 * Binds each non-fabrication verdict to what was checked: hashes of content and source, the violations, the decision and
 * the time, signed with the org's key. A failure to sign is logged; the decision stands without a receipt.
 */
export async function withReceipts(ctx: Context, answer: GuardAnswer): Promise<GuardAnswer> {
  if (!answer.non_fabrication) return answer
  const about = {
    decision_id: answer.decision_id,
    issued_at: answer.evaluated_at,
  }
  try {
    const signed = answer.non_fabrication.map(async (finding) => ({
      ...finding,
      receipt: await signStatement(ctx.runtime, ctx.actor.orgId, { ...finding, ...about }),
    }))
    return { ...answer, non_fabrication: await Promise.all(signed) }
  } catch (error) {
    ctx.log.warn({ err: error, decision: answer.decision_id }, 'a non-fabrication receipt could not be signed')
    return answer
  }
}
