import { z } from 'zod'
import { assertWholeOrg, type Context } from '#core/kernel/context'
import { operation } from '#core/kernel/operation'
import { Instant } from '#core/kernel/time'
import { canonical } from '#core/ledger/index'
import { compilePolicies } from './compile.ts'
import { DECISIONS } from './decision.rules.ts'
import { feedWindow } from './replay-window.ts'
import { Replay } from './replay.rules.ts'
import type { PolicyRow } from './rows.ts'
import { AgentIds, invalid, PolicyTypeField, RulesField, soundRules } from './schema.ts'
import { loadPolicyRows, policyOf } from './store.ts'

const Count = z.int().min(0)
const Counts = z.object({ allow: Count, warn: Count, require_approval: Count, block: Count })
const DecisionField = z.enum(DECISIONS)

const input = z.object({
  policy_id: z.string().min(1).max(128).optional().describe('A stored policy or draft; or give policy_type and rules'),
  policy_type: PolicyTypeField.optional(),
  rules: RulesField.optional(),
  agent_ids: AgentIds.optional(),
  days: z.int().min(1).max(365).default(7),
  from: Instant.optional().describe('Start of the window, instead of days'),
  to: Instant.optional(),
  max_decisions: z.int().min(1).max(1_000_000).default(100_000),
  max_changed: z.int().min(0).max(1_000).default(100),
})

export const replay = operation({
  name: 'policies_replay',
  title: 'Replay history under a draft policy',
  description:
    'Judge recorded decisions again with a draft policy added: counts, changed decisions and a repeatable hash.',
  input,
  output: z.object({
    from: z.iso.datetime(),
    to: z.iso.datetime(),
    complete: z.boolean().describe('False = max_decisions was reached before the end of the window'),
    decisions: Count,
    recorded: Counts,
    before: Counts,
    after: Counts,
    changed_total: Count,
    changed: z.array(
      z.object({
        decision_id: z.string(),
        agent_id: z.string().nullable(),
        action_type: z.string(),
        created_at: z.iso.datetime(),
        recorded: DecisionField,
        before: DecisionField,
        after: DecisionField,
        clauses: z.array(z.record(z.string(), z.unknown())),
      }),
    ),
    not_judged: Count,
    report_hash: z.string().describe('SHA-256; the same for the same history, active policies and draft'),
  }),
  scope: 'policies:read',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'post', path: '/api/policies/replay' },
  mcp: 'catalog',

  async handler(ctx, given) {
    assertWholeOrg(ctx, 'replay history')
    const draft = await draftOf(ctx, given)
    const active = await loadPolicyRows(ctx.db, ctx.actor.orgId)
    const { policy_type, rules, agent_ids } = draft
    const replay = new Replay({
      orgId: ctx.actor.orgId,
      before: compilePolicies(active),
      after: compilePolicies([...active.filter((row) => row.id !== draft.id), draft]),
      draft: canonical({ policy_type, rules, agent_ids }),
      maxChanged: given.max_changed,
    })
    const to = given.to === undefined ? ctx.now() : new Date(given.to)
    const from = given.from === undefined ? new Date(to.getTime() - given.days * 86_400_000) : new Date(given.from)
    if (from > to) throw invalid(['from: lies behind the end of the window'])
    const complete = await feedWindow(ctx, { from, to, max: given.max_decisions }, (row) => replay.add(row))
    const { changed, ...report } = replay.report()
    const clauses = changed.map((one) => ({ ...one, clauses: one.clauses.map((clause) => ({ ...clause })) }))
    return { from: from.toISOString(), to: to.toISOString(), complete, ...report, changed: clauses }
  },
})

async function draftOf(ctx: Context, given: z.output<typeof input>): Promise<PolicyRow> {
  const on = { active: true, state: 'active', mode: 'enforce' } as const
  if (given.policy_id !== undefined) {
    const { id, name, policy_type, rules, agent_ids } = await policyOf(ctx.db, ctx.actor.orgId, given.policy_id)
    return { id, name, policy_type, rules, agent_ids, ...on }
  }
  if (given.policy_type === undefined || given.rules === undefined) {
    throw invalid(['policy_id: name a stored policy, or give policy_type and rules'])
  }
  const sound = soundRules(given.policy_type, given.rules, ctx.now())
  const agentIds = given.agent_ids ?? sound.agentIds ?? null
  return { id: 'draft', name: 'draft', policy_type: given.policy_type, rules: sound.rules, agent_ids: agentIds, ...on }
}
