import { z } from 'zod'

export const MAX_FILES = 100
/** Of all files together, as UTF-8. */
export const MAX_BYTES = 1024 * 1024
const MAX_FINDINGS = 500

export const SkillFile = z.object({
  path: z.string().min(1).max(512).describe('Inside the skill: SKILL.md, scripts/run.sh'),
  content: z.string().max(MAX_BYTES).describe('The text; base64 of what is no text; where a link points to'),
  encoding: z.enum(['utf8', 'base64']).default('utf8'),
  link: z.boolean().default(false).describe('A symbolic link'),
})
export type SkillFile = z.input<typeof SkillFile>

export const severities = ['low', 'medium', 'high'] as const
export type Severity = (typeof severities)[number]

export const SkillFinding = z
  .object({
    rule: z.string().describe('Stable, dotted: acts.remote_exec'),
    severity: z.enum(severities),
    path: z.string(),
    line: z.int().min(0).describe('0: the file as a whole'),
    message: z.string(),
    excerpt: z.string().describe('At most 160 characters; secrets redacted, hidden characters written out'),
  })
  .meta({ id: 'SkillFinding' })
export type SkillFinding = z.output<typeof SkillFinding>

export const SkillScan = z
  .object({
    verdict: z
      .enum(['safe', 'review', 'dangerous'])
      .describe('dangerous: a finding of high severity; review: one of medium'),
    findings: z.array(SkillFinding).max(MAX_FINDINGS).describe('Worst first'),
    counts: z.object({ files: z.int(), bytes: z.int(), high: z.int(), medium: z.int(), low: z.int() }),
    hosts: z.array(z.string()).describe('Named in URLs, 100 at most'),
    more_findings: z.int().describe('Findings beyond those listed'),
    digest: z.string().describe('SHA-256 over paths and contents: the same skill has the same'),
  })
  .meta({ id: 'SkillScan' })
export type SkillScan = z.output<typeof SkillScan>

export { MAX_FINDINGS }
