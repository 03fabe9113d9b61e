import { cut } from '#core/kernel/text'
import type { Danger, Finding, Grade, Modifier } from './schema.ts'
import { worstDanger } from './schema.ts'

/** A risk below the floor would let a number contradict the word beside it. */
const FLOOR: Readonly<Record<Danger, number>> = { none: 0, low: 0, elevated: 45, high: 80, catastrophic: 95 }

export interface GradeParts {
  readonly actionType: string
  readonly baseRisk: number
  /** Danger when nothing was found. */
  readonly atLeast: Danger
  readonly findings: readonly Finding[]
  readonly modifiers?: readonly Modifier[]
  readonly flags?: readonly string[]
  readonly writePaths?: readonly string[]
  readonly hosts?: readonly string[]
  readonly target?: string | null
}

function clamp(score: number): number {
  return Math.min(100, Math.max(0, Math.round(score)))
}

/** One finding per code, worst first, at most 20: a reader needs the reason, not a flood. */
function ordered(findings: readonly Finding[]): Finding[] {
  const worst = new Map<string, Finding>()
  for (const finding of findings) {
    const known = worst.get(finding.code)
    if (!known || worstDanger(known.danger, finding.danger) !== known.danger) worst.set(finding.code, finding)
  }
  const rank = (finding: Finding): number => FLOOR[finding.danger]
  return [...worst.values()].sort((a, b) => rank(b) - rank(a)).slice(0, 20)
}

/** Puts a grade together: danger is the worst finding's, the total at least that danger's floor. */
export function buildGrade(parts: GradeParts): Grade {
  const reasons = ordered(parts.findings)
  const danger = reasons.reduce<Danger>((worst, finding) => worstDanger(worst, finding.danger), parts.atLeast)
  const modifiers = [...(parts.modifiers ?? [])]
  const sum = modifiers.reduce((total, modifier) => total + modifier.delta, parts.baseRisk)
  if (sum < FLOOR[danger]) modifiers.push({ factor: `danger_${danger}`, delta: FLOOR[danger] - sum })
  return {
    danger,
    actionType: parts.actionType,
    baseRisk: parts.baseRisk,
    modifiers,
    total: clamp(Math.max(sum, FLOOR[danger])),
    flags: parts.flags ?? [],
    reasons,
    writePaths: parts.writePaths ?? [],
    hosts: parts.hosts ?? [],
    target: parts.target ?? null,
  }
}

/** The offending text, short enough to show. */
export function span(text: string): string {
  const flat = text.replace(/\s+/g, ' ').trim()
  return flat.length > 200 ? `${cut(flat, 199)}…` : flat
}
