import { findingAt } from './finding.rules.ts'
import type { SkillFinding } from './schema.ts'
import type { SkillText } from './text.rules.ts'

const MAX = 20

export function* secretFindings(file: SkillText): Generator<SkillFinding> {
  for (const { pattern, severity, start } of file.secrets().slice(0, MAX)) {
    const grade = severity === 'critical' ? 'high' : 'medium'
    yield findingAt(file, {
      rule: `secret.${pattern}`,
      severity: grade,
      message: 'Holds a secret: whoever gets the skill gets it too.',
      offset: start,
    })
  }
}
