import { sql, type Transaction } from 'kysely'
import { priceUsage } from '#core/pricing/index'
import type { ModelUsage } from '#core/transcripts/index'
import type { Database } from '../db/database.ts'
import { transact } from '../db/transact.ts'
import type { Context } from '../kernel/context.ts'
import type { Host } from './hosts.rules.ts'
import type { HostUsageTable } from './tables.ts'

export interface UsageSum {
  /** Answers that were not known yet. */
  readonly answers: number
  readonly tokens_in: number
  readonly tokens_out: number
  readonly cost_usd: number
  /** Models without a known price: their cost is not in the sum. */
  readonly unpriced_models: string[]
}

export interface Turn {
  readonly host: Host
  readonly sessionId: string
  readonly agentId: string
  /** For answers that do not name one. */
  readonly model: string | undefined
}

/** Writes each answer once, however often it is reported, and adds what is new to the session, in one transaction. */
export function addUsage(ctx: Context, turn: Turn, usage: readonly ModelUsage[]): Promise<UsageSum> {
  const rows = usage.map((one) => rowOf(ctx, turn, one))
  return transact(ctx.db, async (trx) => {
    const added =
      rows.length === 0
        ? []
        : await trx
            .insertInto('host_usage')
            .values(rows.toSorted((a, b) => (a.usage_key < b.usage_key ? -1 : 1)))
            .onConflict((conflict) => conflict.columns(['org_id', 'host', 'usage_key']).doNothing())
            .returning(['model', 'tokens_in', 'tokens_out', 'cache_read_tokens', 'cache_write_tokens', 'cost_micros'])
            .execute()
    const sum = { cost: 0, tokensIn: 0, tokensOut: 0 }
    for (const row of added) {
      sum.cost += Number(row.cost_micros ?? 0)
      sum.tokensIn += Number(row.tokens_in) + Number(row.cache_read_tokens) + Number(row.cache_write_tokens)
      sum.tokensOut += Number(row.tokens_out)
    }
    if (added.length > 0) await addToSession(ctx, trx, turn, sum)
    const unpriced = added.filter(({ cost_micros }) => cost_micros === null).map(({ model }) => model ?? 'unknown')
    return {
      answers: added.length,
      tokens_in: sum.tokensIn,
      tokens_out: sum.tokensOut,
      cost_usd: sum.cost / 1e6,
      unpriced_models: [...new Set(unpriced)].toSorted(),
    }
  })
}

function rowOf(ctx: Context, turn: Turn, usage: ModelUsage): HostUsageTable {
  const model = usage.model ?? turn.model ?? null
  const told = usage.at === null ? NaN : Date.parse(usage.at)
  const now = ctx.now()
  const at = Number.isNaN(told) || told > now.getTime() ? now : new Date(told)
  const tokens = { tokens_in: usage.input, tokens_out: usage.output }
  const cache = { cache_read_tokens: usage.cacheRead, cache_write_tokens: usage.cacheWrite }
  const price = model === null ? null : priceUsage({ model, ...tokens, ...cache, at })
  return {
    org_id: ctx.actor.orgId,
    host: turn.host,
    usage_key: usage.key.slice(0, 256),
    session_id: turn.sessionId,
    agent_id: turn.agentId,
    model: model?.slice(0, 128) ?? null,
    ...tokens,
    ...cache,
    cost_micros: price?.priced ? price.cost_micros : null,
    at,
  }
}

/** The sums that policies on the cost of a session read. */
async function addToSession(
  ctx: Context,
  trx: Transaction<Database>,
  { sessionId }: Turn,
  sum: { cost: number; tokensIn: number; tokensOut: number },
): Promise<void> {
  const at = ctx.now()
  const tokens = sum.tokensIn + sum.tokensOut
  await sql`
    insert into guard_session
      (org_id, session_id, started_at, last_at, decisions, warns, approvals, blocks, flags, action_types, cost_micros, tokens)
    values (${ctx.actor.orgId}, ${sessionId}, ${at}, ${at}, 0, 0, 0, 0, '{}', '{}', ${sum.cost}, ${tokens})
    on conflict (org_id, session_id) do update set
      cost_micros = guard_session.cost_micros + excluded.cost_micros,
      tokens = guard_session.tokens + excluded.tokens,
      last_at = greatest(guard_session.last_at, excluded.last_at)`.execute(trx)
}
