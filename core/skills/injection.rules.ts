import { scanInjection } from '#core/scans/index'
import { findingAt } from './finding.rules.ts'
import { isWarned, lowered } from './warned.rules.ts'
import type { SkillFinding } from './schema.ts'
import { stretches } from './stretch.rules.ts'
import type { SkillText } from './text.rules.ts'

/** Instructions that work against the person. */
export function* injectionFindings(file: SkillText): Generator<SkillFinding | null> {
  const told = new Set<string>()
  for (const { text, from } of stretches(file.text)) {
    const { findings, combined } = scanInjection([{ where: 'skill', text }])
    for (const { pattern, severity, position, category } of findings) {
      if (severity === 'low' || told.has(pattern)) continue
      told.add(pattern)
      const strong = severity === 'high' || severity === 'critical' || combined
      const offset = from + position
      yield findingAt(file, {
        rule: `injection.${pattern}`,
        severity: isWarned(file, offset) ? lowered(strong ? 'high' : 'medium') : strong ? 'high' : 'medium',
        message: `Reads like an attack on the agent (${category.replaceAll('_', ' ')}).`,
        offset,
      })
    }
    yield null
  }
}
