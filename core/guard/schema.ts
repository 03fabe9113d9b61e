import { z } from 'zod'
import { ActInput } from '#core/evidence/index'
import { DECISIONS } from '#core/policies/index'

const text = (max: number) => z.string().max(max)
const texts = (items: number, max = 500) => z.array(z.string().max(max)).max(items)
export const AnyObject = z.record(z.string(), z.unknown())

/** What the agent tells about the act. Shared by guard and by creating an action. */
export const actFields = {
  action_type: text(128).min(1).describe('What kind of act: deploy, security, api, apply, review, … or your own word'),
  declared_goal: text(2000).optional().describe('What the act is for, in one sentence'),
  risk_score: z.int().min(0).max(100).optional().describe('Your own estimate; it can only raise the risk'),
  agent_id: text(128).min(1).optional(),
  agent_name: text(256).optional(),
  systems_touched: texts(50).optional(),
  reversible: z.boolean().optional(),
  target: text(1024).optional().describe('What is acted upon: host, path, table, repository'),
  content: text(50_000).optional().describe('Text that will be sent or written; scanned for secrets'),
  source_of_truth: AnyObject.optional(),
  intel: AnyObject.optional(),
  tool: AnyObject.optional().describe('{name, permission, input} of the tool about to run'),
  write_paths: texts(100, 1024).optional(),
  trigger: text(1000).optional(),
  swarm_id: text(128).optional(),
  idempotency_key: text(256).min(1).optional(),
  approval_wait_seconds: z.int().min(5).max(86_400).optional(),
  act: ActInput.optional().describe('The act itself: {kind: shell|http|sql|file, …}; graded as evidence'),
  session_id: text(128).optional(),
  harness_session_id: text(128).optional(),
  subagent_uuid: text(128).optional(),
  task_id: text(128).optional(),
  agent_version: text(128).optional(),
  enforcement_mode: z.enum(['enforce', 'observe', 'warn', 'off']).optional(),
  estimated_cost_usd: z.number().min(0).max(1_000_000).optional(),
  estimated_tokens: z.int().min(0).max(1_000_000_000).optional(),
} as const

export const ActFields = z.object(actFields)
export type ActRequest = z.output<typeof ActFields>

const Clause = z.object({
  policy_id: z.string(),
  policy_name: z.string(),
  policy_type: z.string(),
  clause: z.string(),
  expected: z.unknown(),
  seen: z.unknown(),
  effect: z.enum(DECISIONS),
  message: z.string(),
})

export const GuardAnswer = z
  .object({
    decision: z.enum(DECISIONS),
    decision_id: z.string(),
    action_id: z.string().describe('Same as decision_id, unless record=true made an action'),
    reason: z.string().nullable(),
    reasons: z.array(z.string()),
    warnings: z.array(z.string()),
    signals: z.array(z.string()),
    matched_policies: z.array(z.string()),
    risk_score: z.int(),
    agent_risk_score: z.int().nullable(),
    risk_breakdown: AnyObject,
    intent_source: z.enum(['evidence', 'declared']),
    derived_action_type: z.string().optional(),
    evidence_mismatch: z.boolean().optional(),
    evidence: AnyObject.optional(),
    explain: z.array(Clause),
    shadow: z.array(AnyObject).optional(),
    verification_status: z.string(),
    verified_by: z.string().nullable(),
    replay_status: z.string(),
    act_status: z.string(),
    agent_id: z.string().nullable(),
    agent_name: z.string().nullable(),
    agent_version: z.string().nullable(),
    act_digest: z.string(),
    evaluated_at: z.iso.datetime(),
    degraded: z.boolean().optional(),
    degradation: AnyObject.optional(),
    allowed: z.literal(false).optional().describe('With a block of content that holds secrets'),
    secret_scan: AnyObject.optional(),
    prompt_injection: AnyObject.optional(),
    non_fabrication: z.array(AnyObject).optional(),
    recovery: z.object({ suggestion: z.string(), steps: z.array(z.string()) }).optional(),
    next: z.string().optional().describe('What to do now, for the agent'),
    ledger: z.object({ seq: z.int() }),
    recorded: z.boolean().optional(),
    recorded_error: z.string().optional(),
    idempotent_replay: z.boolean().optional(),
  })
  .meta({ id: 'GuardAnswer' })
export type GuardAnswer = z.output<typeof GuardAnswer>
