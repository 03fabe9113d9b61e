import { z } from 'zod'
import type { Settings } from '../kernel/config.ts'

const IdentityIssuer = z.strictObject({
  issuer: z
    .url({ protocol: /^https?$/ })
    .max(512)
    .describe('As the tokens have it in iss, to the letter'),
  audience: z.string().min(1).max(512).optional().describe('Must be among aud; not looked at when absent'),
  jwks_uri: z
    .url({ protocol: /^https?$/ })
    .max(1024)
    .optional()
    .describe('Where its keys are; found when absent'),
})
const tokenCheck = z.enum(['off', 'best_effort', 'required'])

/** What an org can set, with the meaning of each value. Defaults come from here or from the instance's settings. */
export const OrgSettings = z.object({
  guard_fallback: z
    .enum(['require_approval', 'block'])
    .describe('What a decision becomes when it could not be finished in time'),
  guard_deadline_ms: z.int().min(50).max(60_000).describe('Time a decision may take'),
  separation_of_duties: z.enum(['auto', 'on', 'off']).describe('auto: on as soon as a second approver exists'),
  require_second_factor: z
    .boolean()
    .describe('Approvals only from a person who proved a second factor when they signed in'),
  secret_block: z.boolean().describe('Block when content holds a critical secret; otherwise warn'),
  redact_tool_output: z
    .boolean()
    .describe('Take secrets out of what tools give, before the model reads it, where the agent client can replace it'),
  injection_block: z.boolean().describe('Block on combined evidence of prompt injection; otherwise require approval'),
  outcome_timeout_minutes: z.int().min(1).max(1440).describe('An act without an outcome counts as lost after this'),
  approval_default_hours: z.int().min(1).max(720).describe('Expiry of an approval when the agent declared no wait'),
  approval_grace_minutes: z.int().min(0).max(1440).describe('Added to the declared wait'),
  agent_enrolment: z
    .enum(['open', 'closed'])
    .describe('closed: only agents that are registered, or were seen before the closing, may act'),
  identity_issuers: z
    .array(IdentityIssuer)
    .max(20)
    .refine((list) => new Set(list.map(({ issuer }) => issuer)).size === list.length, 'an issuer is named twice')
    .describe('Who may vouch for agents by signed tokens (JWT)'),
  identity_token_max_seconds: z.int().min(60).max(2_592_000).describe('A token that ends later than this is refused'),
  identity_replay: tokenCheck.describe('A token (jti) is good for one act; required: also refuse those without jti'),
  identity_act_binding: tokenCheck.describe(
    'A token bound to an act is good for that one; required: for no other token',
  ),
  require_verified_identity: z
    .enum(['off', 'warn', 'require_approval', 'block'])
    .describe('What an act of an agent that is not verified becomes, at the least'),
  signed_actions: z.enum(['off', 'required']).describe('required: actions without a valid signature are refused'),
  rate_limit_per_minute: z.int().min(0).max(1_000_000).describe('Calls of the whole org; 0: no limit'),
  clawmit_requests_per_minute: z.int().min(0).max(1_000_000).describe('Calls of one key at /clawmit/api; 0: no limit'),
  clawmit_requests_per_day: z
    .int()
    .min(0)
    .max(1_000_000_000)
    .describe('Calls of the whole org at /clawmit/api in a day (UTC); 0: no limit'),
  alert_stuck_minutes: z.int().min(1).max(10_080).describe('An agent that is silent for longer is stuck'),
  alert_errors_per_minute: z.int().min(1).max(10_000).describe('More errors of one agent in a minute raise an alert'),
  alert_agent_cost_usd: z
    .number()
    .min(0)
    .max(1_000_000)
    .nullable()
    .describe('What one agent may cost in a day (UTC) before an alert is raised'),
  alert_org_cost_usd: z
    .number()
    .min(0)
    .max(1_000_000)
    .nullable()
    .describe('What all agents may cost in a day (UTC) before an alert is raised'),
  alert_loop_calls: z
    .int()
    .min(2)
    .max(1000)
    .describe('So many equal tool calls of one agent in a row of time are a loop'),
  alert_loop_minutes: z.int().min(1).max(60).describe('The time in which equal tool calls are counted'),
  telemetry_retention_days: z
    .int()
    .min(1)
    .max(730)
    .describe('Events of agents and alerts that are over are kept so long; sums stay'),
  clawtrait_plan: z
    .enum(['starter', 'pro', 'team', 'enterprise'])
    .describe('Events a minute at /clawtrait/v1: 100, 1,000, 5,000, no limit'),
  llm_provider: z
    .enum(['anthropic', 'openai-compatible'])
    .nullable()
    .describe("Own language model for semantic policies; without one the instance's is asked"),
  llm_model: z.string().min(1).max(200).nullable().describe('Name of the model at the provider'),
  llm_base_url: z
    .url({ protocol: /^https?$/ })
    .max(500)
    .nullable()
    .describe("Address of the provider, https; the provider's own when absent"),
  otlp_endpoint: z
    .url({ protocol: /^https?$/ })
    .max(500)
    .nullable()
    .describe('Receiver of OpenTelemetry that decisions and ended actions are sent to as spans; /v1/traces is added'),
})
export type OrgSettings = Readonly<z.output<typeof OrgSettings>>

/** Printable ASCII, as header values are; a mask that was sent back is none. */
const Secret = z
  .string()
  .min(8)
  .max(500)
  .regex(/^[\x21-\x7e]+$/, 'must be printable ASCII without spaces')

/** Stored encrypted and never shown. */
export const OrgSecrets = z.object({
  llm_api_key: Secret.describe('Key for the language model of the org'),
  otlp_headers: Secret.regex(
    /^[^=,]+=[^,]*(,[^=,]+=[^,]*)*$/,
    'must be name=value,name=value with values percent-encoded',
  ).describe('Headers for the receiver of spans, as in OTEL_EXPORTER_OTLP_HEADERS'),
})
export type SecretName = keyof typeof OrgSecrets.shape

/** As it is shown: secrets as their last four characters behind dots, null when none is set. */
export const ShownSettings = OrgSettings.extend({
  llm_api_key: z.string().nullable().describe('Masked; null when none is set'),
  otlp_headers: z.string().nullable().describe('Masked; null when none are set'),
})
export type ShownSettings = z.output<typeof ShownSettings>

export function defaultSettings(instance: Settings): OrgSettings {
  return {
    guard_fallback: 'require_approval',
    guard_deadline_ms: instance.guard_deadline_ms,
    separation_of_duties: 'auto',
    require_second_factor: false,
    secret_block: false,
    redact_tool_output: true,
    injection_block: true,
    outcome_timeout_minutes: instance.outcome_timeout_minutes,
    approval_default_hours: 24,
    approval_grace_minutes: 15,
    agent_enrolment: 'open',
    identity_issuers: [],
    identity_token_max_seconds: 86_400,
    identity_replay: 'best_effort',
    identity_act_binding: 'best_effort',
    require_verified_identity: 'off',
    signed_actions: 'off',
    rate_limit_per_minute: 0,
    clawmit_requests_per_minute: 100,
    clawmit_requests_per_day: 10_000,
    alert_stuck_minutes: 5,
    alert_errors_per_minute: 3,
    alert_agent_cost_usd: null,
    alert_org_cost_usd: null,
    alert_loop_calls: 5,
    alert_loop_minutes: 2,
    telemetry_retention_days: 30,
    clawtrait_plan: 'enterprise',
    llm_provider: null,
    llm_model: null,
    llm_base_url: null,
    otlp_endpoint: null,
  }
}

interface StoredSetting {
  readonly key: string
  readonly value: unknown
}

/** Defaults with the org's rows laid over them; a row that no longer fits its definition is ignored. */
export function effectiveSettings(rows: readonly StoredSetting[], instance: Settings): OrgSettings {
  const set: Record<string, unknown> = { ...defaultSettings(instance) }
  for (const row of rows) if (fits(row)) set[row.key] = row.value
  return set as OrgSettings
}

export function fits({ key, value }: StoredSetting): boolean {
  if (!Object.hasOwn(OrgSettings.shape, key)) return false
  return OrgSettings.shape[key as keyof OrgSettings].safeParse(value).success
}
