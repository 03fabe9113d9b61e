import { z } from 'zod'
import { Instant } from '#core/kernel/time'
import { DECISIONS } from './decision.rules.ts'

/** What a test states beside the request: things a live guard would have looked up. */
export const CaseGiven = z
  .strictObject({
    risk: z.number().min(0).max(100),
    permission_level: z.string().max(64),
    session: z.record(z.string(), z.unknown()),
    injection: z.record(z.string(), z.unknown()),
    /** Answers by policy name, as in `{"hourly limit": {kind: "rate", used: 50}}`. */
    observed: z.record(z.string(), z.record(z.string(), z.unknown())),
    at: Instant,
  })
  .partial()

export const PolicyCase = z.strictObject({
  name: z.string().min(1).max(200),
  input: z.record(z.string(), z.unknown()),
  given: CaseGiven.optional(),
  expect: z.strictObject({
    decision: z.enum(DECISIONS),
    /** Names of policies that must be among those that fired. */
    policies: z.array(z.string().max(256)).max(100).optional(),
  }),
})
export type PolicyCase = z.output<typeof PolicyCase>
