import { z } from 'zod'
import type { Settings } from '../kernel/config.ts'

/** What an org can set, with the meaning of each value. Defaults come from here or from the instance's settings. */
export const OrgSettings = z.object({
  guard_fallback: z
    .enum(['require_approval', 'block'])
    .describe('What a decision becomes when it could not be finished in time'),
  guard_deadline_ms: z.int().min(50).max(60_000),
  separation_of_duties: z.enum(['auto', 'on', 'off']).describe('auto: on as soon as a second approver exists'),
  require_second_factor: z
    .boolean()
    .describe('Approvals only from a person who proved a second factor when they signed in'),
  secret_block: z.boolean().describe('Block when content holds a critical secret; otherwise warn'),
  injection_block: z.boolean().describe('Block on combined evidence of prompt injection; otherwise require approval'),
  outcome_timeout_minutes: z.int().min(1).max(1440),
  approval_default_hours: z.int().min(1).max(720).describe('Expiry of an approval when the agent declared no wait'),
  approval_grace_minutes: z.int().min(0).max(1440).describe('Added to the declared wait'),
  agent_enrolment: z
    .enum(['open', 'closed'])
    .describe('closed: only agents that are registered, or were seen before the closing, may act'),
})
export type OrgSettings = Readonly<z.output<typeof OrgSettings>>

export function defaultSettings(instance: Settings): OrgSettings {
  return {
    guard_fallback: 'require_approval',
    guard_deadline_ms: instance.guard_deadline_ms,
    separation_of_duties: 'auto',
    require_second_factor: false,
    secret_block: false,
    injection_block: true,
    outcome_timeout_minutes: instance.outcome_timeout_minutes,
    approval_default_hours: 24,
    approval_grace_minutes: 15,
    agent_enrolment: 'open',
  }
}

/** Defaults with the org's rows laid over them; a row that no longer fits its definition is ignored. */
export function effectiveSettings(
  rows: readonly { readonly key: string; readonly value: unknown }[],
  instance: Settings,
): OrgSettings {
  const set: Record<string, unknown> = { ...defaultSettings(instance) }
  for (const { key, value } of rows) {
    if (!Object.hasOwn(OrgSettings.shape, key)) continue
    const parsed = OrgSettings.shape[key as keyof OrgSettings].safeParse(value)
    if (parsed.success) set[key] = parsed.data
  }
  return set as OrgSettings
}
