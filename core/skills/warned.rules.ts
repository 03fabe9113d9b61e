import type { Severity } from './schema.ts'
import type { SkillText } from './text.rules.ts'

/** Text in front of a place that speaks of it as of something bad. */
const WARNING =
  /\b(?:never|do not|don't|avoid|must not|should not|shouldn't|cannot|forbid(?:den|s)?|prohibit(?:ed|s)?|dangerous|malicious|attack(?:er|s)?|injection|suspicious|refuse[sd]?|reject(?:s|ed)?|blocks?|blocked|denied|flag(?:s|ged)?|detect(?:s|ed)?|red flags?|warns?|warning|examples? of|mistakes?|pitfalls?|bugs?|looks? like|anti-?patterns?|bad:|wrong:|unsafe|vulnerab\w{1,8})\b/i
const BEFORE = 240
const AFTER = 120

/**
 * Whether the place (and what stands there, `length` long) is told of as something not to do. Only in documents, and it lowers a finding by one step alone: an
 * attacker can write such words too.
 */
export function isWarned(file: SkillText, offset: number, length = 0): boolean {
  if (file.kind !== 'markdown') return false
  const before = file.text.slice(Math.max(0, offset - BEFORE), offset)
  const paragraph = before.slice(before.lastIndexOf('\n\n', before.lastIndexOf('\n\n') - 1) + 1)
  if (WARNING.test(paragraph) || length === 0) return WARNING.test(paragraph)
  const end = offset + length
  const line = file.text.slice(end, end + AFTER)
  return WARNING.test(line.split('\n', 1)[0] ?? '')
}

export function lowered(severity: Severity): Severity {
  return severity === 'high' ? 'medium' : 'low'
}
