import type { Selectable } from 'kysely'
import { z } from 'zod'
import { Fault } from '#core/kernel/errors'
import { refuseHostile } from '#core/kernel/hostile'
import { policyTypes } from './registry.ts'
import { parseRules, RULES_MAX_CHARS } from './rules.rules.ts'
import type { GuardPolicyTable } from './tables.ts'
import { GRANT_MAX_DAYS } from './types/allow-grant.rules.ts'

export type PolicyStored = Selectable<GuardPolicyTable>

const AnyObject = z.record(z.string(), z.unknown())

export const Policy = z
  .object({
    id: z.string(),
    name: z.string(),
    policy_type: z.string(),
    rules: AnyObject,
    active: z.boolean(),
    agent_ids: z.array(z.string()).nullable(),
    mode: z.enum(['enforce', 'shadow']),
    state: z.enum(['draft', 'active']),
    revision: z.int(),
    created_by: z.string(),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
    inert: z.string().nullable().describe('Why the policy has no effect at present; null when it has'),
  })
  .meta({ id: 'Policy' })

export const RulesField = z
  .union([AnyObject, z.string().max(RULES_MAX_CHARS)], {
    error: `must be an object, or its JSON text of at most ${RULES_MAX_CHARS} characters`,
  })
  .describe('Rules of the policy type, as an object or its JSON text')
export const PolicyName = z.string().trim().min(1).max(256)
export const PolicyTypeField = z
  .string()
  .min(1)
  .max(64)
  .describe(`One of ${policyTypes.join(', ')}`)
export const Mode = z.enum(['enforce', 'shadow']).describe('shadow: evaluated and recorded, never enforced')
/** 0 and 1 are what older clients send. */
export const ActiveField = z
  .union([z.boolean(), z.literal(0), z.literal(1)], { error: 'must be true or false' })
  .transform(Boolean)

const NOT_AGENT_IDS = 'must be an array of at most 500 agent ids, or its JSON text'

export const AgentIds = z
  .union([z.array(z.string().min(1).max(128)).max(500), z.string().max(80_000)], { error: NOT_AGENT_IDS })
  .nullable()
  .transform((value, issue) => {
    if (typeof value !== 'string') return value
    try {
      const parsed = z.array(z.string().min(1).max(128)).max(500).nullable().safeParse(JSON.parse(value))
      if (parsed.success && isStorable(parsed.data)) return parsed.data
    } catch {
      // falls through to the one refusal
    }
    issue.addIssue({ code: 'custom', message: NOT_AGENT_IDS })
    return z.NEVER
  })
  .describe('Agents it applies to; null = every agent')

/** JSON text can spell characters that the database cannot hold; `invoke` saw only the text. */
function isStorable(value: unknown): boolean {
  try {
    refuseHostile(value)
    return true
  } catch {
    return false
  }
}

export interface SoundRules {
  readonly rules: Readonly<Record<string, unknown>>
  readonly agentIds: string[] | null | undefined
  readonly mode: 'enforce' | 'shadow' | undefined
}

/** Checked rules with defaults; `agent_ids` and `mode` written inside them move to their columns. Throws `invalid_input`. */
export function soundRules(policyType: string, given: unknown, now: Date): SoundRules {
  const parsed = parseRules(policyType, given)
  if (!parsed.ok) throw invalid(parsed.issues.map(({ path, message }) => `${path}: ${message}`))
  const { agent_ids, mode, ...rules } = parsed.rules as SoundRules['rules'] & {
    agent_ids?: string[]
    mode?: 'enforce' | 'shadow'
  }
  refuseHostile(rules, 'rules')
  refuseHostile(agent_ids, 'rules.agent_ids')
  if (policyType === 'allow_grant') checkTerm(String(rules['expires_at']), now)
  return { rules, agentIds: agent_ids, mode }
}

function checkTerm(expiresAt: string, now: Date): void {
  const days = (Date.parse(expiresAt) - now.getTime()) / 86_400_000
  if (days <= 0) throw invalid(['rules.expires_at: lies in the past'])
  if (days > GRANT_MAX_DAYS) throw invalid([`rules.expires_at: lies more than ${GRANT_MAX_DAYS} days ahead`])
}

export function invalid(details: readonly string[]): Fault {
  return new Fault('invalid_input', 'Validation failed', { details })
}

/** Why a policy has no effect at present, or null. */
export function inertReason(row: Omit<PolicyStored, 'org_id'>, now: Date): string | null {
  if (row.state === 'draft') return 'a draft; activate it to enforce it'
  if (!row.active) return 'switched off'
  const parsed = parseRules(row.policy_type, row.rules)
  if (!parsed.ok)
    return `cannot be enforced: ${parsed.issues.map(({ path, message }) => `${path}: ${message}`).join('; ')}`
  if (row.policy_type === 'allow_grant') {
    if (Date.parse(String(parsed.rules['expires_at'])) <= now.getTime()) return 'the grant has expired'
    if (row.agent_ids?.length === 0) return 'the grant names no agent'
  }
  return row.mode === 'shadow' ? 'in shadow mode: recorded, not enforced' : null
}

export function policyToWire(row: PolicyStored, now: Date): z.output<typeof Policy> {
  const { org_id: _org, idempotency_key: _key, request_digest: _digest, ...policy } = row
  return {
    ...policy,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
    inert: inertReason(row, now),
  }
}
