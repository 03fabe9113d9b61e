import { z } from 'zod'
import type { SecuritySummary } from './secret-scan.rules.ts'

/** Result of the redaction of submitted text, as answers carry it. */
export const Security = z
  .object({
    clean: z.boolean(),
    findings_count: z.int(),
    critical_count: z.int(),
    categories: z.array(z.string()),
  })
  .meta({ id: 'Security' })

/** One summary of several redacted texts. */
export function securityOf(...parts: readonly SecuritySummary[]): z.output<typeof Security> {
  const sum = (pick: (part: SecuritySummary) => number): number => parts.reduce((total, part) => total + pick(part), 0)
  return {
    clean: parts.every((part) => part.clean),
    findings_count: sum((part) => part.findings_count),
    critical_count: sum((part) => part.critical_count),
    categories: [...new Set(parts.flatMap((part) => [...part.categories]))],
  }
}
