import { findingAt } from './finding.rules.ts'
import type { SkillFinding } from './schema.ts'
import type { SkillText } from './text.rules.ts'

const MAX = 20
/** Taken for secrets by the name of their field or their place, not by a form that nothing else has. */
const GUESSED = /_generic$|^(?:database_url|password|bearer|basic)/
/** Values that documentation uses in the place of real ones. */
const EXAMPLE =
  /^(?:your|my|the|an?)[-_ ]|placeholder|changeme|example|personal|accesstoken|0123456|1234567|abcdefg|xxxx/i
const EXAMPLE_URL =
  /:\/\/[^\s/@]*:(?:pass(?:word|wd)?|secret|postgres|root|admin|changeme|example|\*+|x+|<[^>]{1,40}>)@|@(?:localhost|127\.0\.0\.1|db|postgres|[\w.-]*example\.\w+)[:/]/i

export function* secretFindings(file: SkillText): Generator<SkillFinding> {
  for (const { pattern, severity, start, end } of file.secrets().slice(0, MAX)) {
    const isExample =
      EXAMPLE.test(file.text.slice(start, end)) || EXAMPLE_URL.test(file.text.slice(Math.max(0, start - 80), end + 40))
    const grade = isExample ? 'low' : severity === 'critical' && !GUESSED.test(pattern) ? 'high' : 'medium'
    yield findingAt(file, {
      rule: `secret.${pattern}`,
      severity: grade,
      message: 'Holds a secret: whoever gets the skill gets it too.',
      offset: start,
    })
  }
}
