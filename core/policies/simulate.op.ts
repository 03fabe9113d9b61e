import { z } from 'zod'
import { assertWholeOrg, type Context } from '#core/kernel/context'
import { Fault } from '#core/kernel/errors'
import { operation } from '#core/kernel/operation'
import { DECISIONS } from './decision.rules.ts'
import { defaultPack } from './default-pack.ts'
import { recordedColumns } from './recorded.rules.ts'
import type { PolicyRow } from './rows.ts'
import { invalid, PolicyTypeField, RulesField, soundRules } from './schema.ts'
import { simulatePolicies, type PastAction } from './simulate.rules.ts'

const MAX_ACTIONS = 200
const MAX_PACK_MATCHES = 50
const Count = z.int().min(0)
const Summary = z.object({
  total: Count,
  matches: Count,
  block: Count,
  warn: Count,
  require_approval: Count,
  allow: Count,
})
const Match = z.object({
  action_id: z.string(),
  goal: z.string(),
  agent_name: z.string().nullable(),
  timestamp: z.iso.datetime(),
  original_status: z.string(),
  simulated_action: z.enum(DECISIONS),
  simulated_reason: z.string(),
})

export const simulate = operation({
  name: 'policies_simulate',
  title: 'Simulate a policy',
  description:
    'Show what a policy, or a pack of them, would have said to the latest actions; nothing is stored or sent.',
  input: z.object({
    policy_type: PolicyTypeField.optional(),
    rules: RulesField.optional(),
    pack: z.string().min(1).max(64).optional().describe('Name of a pack instead of a policy: default'),
    days: z.int().min(1).max(90).default(7),
  }),
  output: z.object({
    summary: Summary,
    matches: z.array(Match),
    sample_size: Count.optional(),
    window_days: z.int().optional(),
    message: z.string().optional(),
    pack: z.string().optional(),
    per_policy: z.array(z.object({ name: z.string(), policy_type: z.string(), summary: Summary })).optional(),
    matches_truncated: z.boolean().optional(),
  }),
  scope: 'policies:read',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'post', path: '/api/policies/simulate' },
  mcp: 'catalog',

  async handler(ctx, input) {
    assertWholeOrg(ctx, 'simulate policies')
    const policies = policiesOf(input, ctx.now())
    const actions = await pastActions(ctx, input.days)
    const { orgId } = ctx.actor
    const { summary, matches } = simulatePolicies(policies, actions, orgId)
    if (actions.length === 0) {
      return { summary: { ...summary }, matches: [], message: `No actions in the last ${input.days} days.` }
    }
    const sample = { sample_size: actions.length, window_days: input.days }
    if (input.pack === undefined) return { summary: { ...summary }, matches: [...matches], ...sample }
    const per_policy = policies.map((policy) => ({
      name: policy.name,
      policy_type: policy.policy_type,
      summary: { ...simulatePolicies([policy], actions, orgId).summary },
    }))
    return {
      summary: { ...summary },
      matches: matches.slice(0, MAX_PACK_MATCHES),
      ...sample,
      pack: input.pack,
      per_policy,
      matches_truncated: matches.length > MAX_PACK_MATCHES,
    }
  },
})

interface Wanted {
  readonly policy_type?: string | undefined
  readonly rules?: unknown
  readonly pack?: string | undefined
}

function policiesOf(wanted: Wanted, now: Date): PolicyRow[] {
  if (wanted.pack !== undefined) {
    if (wanted.pack !== 'default') throw new Fault('not_found', 'Policy pack not found')
    return defaultPack.map((policy) => ({ id: policy.name, ...policy, active: true, agent_ids: null }))
  }
  if (wanted.policy_type === undefined || wanted.rules === undefined) {
    throw invalid(['policy_type: give policy_type and rules, or a pack'])
  }
  const { rules, agentIds } = soundRules(wanted.policy_type, wanted.rules, now)
  const id = 'simulated'
  return [{ id, name: id, policy_type: wanted.policy_type, rules, active: true, agent_ids: agentIds ?? null }]
}

async function pastActions(ctx: Context, days: number): Promise<PastAction[]> {
  const since = new Date(ctx.now().getTime() - days * 86_400_000)
  return ctx.db
    .selectFrom('action_record')
    .innerJoin('guard_decision', (join) =>
      join
        .onRef('guard_decision.org_id', '=', 'action_record.org_id')
        .onRef('guard_decision.id', '=', 'action_record.guard_decision_id'),
    )
    .select(recordedColumns.map((column) => `guard_decision.${column}` as const))
    .select([
      'action_record.action_id',
      'action_record.declared_goal as goal',
      'action_record.agent_name',
      'action_record.timestamp_start as timestamp',
      'action_record.status as original_status',
    ])
    .where('action_record.org_id', '=', ctx.actor.orgId)
    .where('action_record.created_at', '>=', since)
    .orderBy('action_record.created_at', 'desc')
    .orderBy('action_record.action_id', 'desc')
    .limit(MAX_ACTIONS)
    .execute()
}
