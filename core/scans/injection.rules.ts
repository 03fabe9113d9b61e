import { memoised } from '#core/kernel/memo'
import { contextFactor } from './injection-context.rules.ts'
import { decodeRuns, reversed, rot13 } from './injection-decode.rules.ts'
import type { InjectionCategory, InjectionRule } from './injection-rule.ts'
import { undisguise } from './injection-obfuscation.rules.ts'
import { select } from './injection-select.rules.ts'
import type { Chosen } from './injection-select.rules.ts'
import { foldText } from './injection-text.rules.ts'

export type InjectionPart = { where: string; text: string }
export type RiskLevel = 'none' | 'low' | 'medium' | 'high' | 'critical'
export type InjectionFinding = {
  pattern: string
  category: InjectionCategory
  severity: Exclude<RiskLevel, 'none'>
  /** At most 40 characters of the folded match, control and non-ASCII characters escaped. */
  matched: string
  /** UTF-16 offset in the part's text. */
  position: number
  where: string
}
export type InjectionScan = {
  /** 0 to 100; medium starts at 35, high at 60, critical at 85. */
  score: number
  risk_level: RiskLevel
  findings_count: number
  findings: InjectionFinding[]
  categories: InjectionCategory[]
  /** Two independent categories, or a concealed one that leaks data or directs a tool. Only this may support a block. */
  combined: boolean
}

export const MEDIUM_SCORE = 35
const HIGH_SCORE = 60
const CRITICAL_SCORE = 85
const LOW_SCORE = 12
const MAX_FINDINGS = 50
const MAX_DEPTH = 2
/** What the rules read of a part and its decoded runs together, in characters. */
const MAX_TEXT = 400_000

type Scored = InjectionFinding & { weight: number; end: number; concealed: boolean }
type Layer = { where: string; text: string; base: number; depth: number; concealed: boolean }

const severityOf = (score: number): InjectionFinding['severity'] =>
  score >= CRITICAL_SCORE ? 'critical' : score >= HIGH_SCORE ? 'high' : score >= MEDIUM_SCORE ? 'medium' : 'low'

const escaped = (text: string): string =>
  text
    .slice(0, 40)
    .replace(/[^\x20-\x7e]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .slice(0, 40)

const SUPPORTS: ReadonlySet<InjectionCategory> = new Set([
  'role_override',
  'instruction_smuggling',
  'delimiter_injection',
  'output_manipulation',
  'context_manipulation',
])

type Hit = { rule: InjectionRule; start: number; end: number; factor: number }

const strength = ({ rule, factor }: Hit): number => rule.weight * factor

const MAX_MATCHES = 8

function matches(text: string, { rule, stretches }: Chosen, concealed: boolean): Hit[] {
  const hits: Hit[] = []
  const { regex } = rule
  for (const { part, base } of stretches) {
    // exec on the shared expression: matchAll would copy it on every call.
    regex.lastIndex = 0
    for (let match = regex.exec(part); match && hits.length < MAX_MATCHES; match = regex.exec(part)) {
      const start = base + match.index
      const end = start + match[0].length
      if (match[0] === '') regex.lastIndex += 1
      const factor = concealed ? 1 : contextFactor(text, start, end, rule.category === 'delimiter_injection')
      hits.push({ rule, start, end, factor })
    }
  }
  return hits
}

/** Matches of one folded text with their weights; a match counts for more when another category stands beside it. */
function weigh(text: string, chosen: readonly Chosen[], concealed: boolean): (Hit & { points: number })[] {
  if (chosen.length === 0) return []
  const hits = chosen.flatMap((each) => matches(text, each, concealed))
  const supports = (hit: Hit, other: Hit): boolean =>
    other.rule.category !== hit.rule.category &&
    SUPPORTS.has(other.rule.category) &&
    strength(other) >= 22 &&
    (other.start >= hit.end || other.end <= hit.start || other.rule.weight >= MEDIUM_SCORE)
  return hits.map((hit) => {
    const { weight, supported = weight } = hit.rule
    const raised = concealed || hits.some((other) => supports(hit, other))
    return { ...hit, points: (raised ? supported : weight) * hit.factor }
  })
}

function scanFolded(
  layer: Layer,
  text: string,
  locate: (index: number) => number,
  chosen: readonly Chosen[],
): Scored[] {
  const { concealed } = layer
  return weigh(text, chosen, concealed)
    .filter(({ points }) => points >= LOW_SCORE)
    .map(({ rule, start, end, points }) => ({
      pattern: rule.id,
      category: rule.category,
      severity: severityOf(points),
      matched: escaped(text.slice(start, end)),
      position: layer.base + locate(start),
      where: layer.where,
      weight: points,
      end: layer.base + locate(Math.max(start, end - 1)) + 1,
      concealed,
    }))
}

/** A finding of concealment beside the findings in the concealed text, when that text holds an instruction. */
function concealment(found: readonly Scored[], pattern: string, weight: number): Scored[] {
  const worst = found.find((finding) => finding.weight >= 25)
  if (!worst) return [...found]
  return [
    ...found,
    { ...worst, pattern, category: 'encoding_evasion', weight, severity: severityOf(weight), concealed: true },
  ]
}

function scanLayer(layer: Layer): Scored[] {
  const folded = foldText(layer.text)
  const locate = (index: number): number => folded.offset(index)
  const { chosen, turned } = select(folded.text)
  const plain = scanFolded(layer, folded.text, locate, chosen)
  const found = folded.concealed ? concealment(plain, 'invisible_separators', 50) : plain

  const written = undisguise(folded.text)
  if (written) {
    const known = new Set(plain.map(({ pattern }) => pattern))
    const extra = scanFolded(layer, written.text, (index) => locate(written.offset(index)), select(written.text).chosen)
    found.push(
      ...concealment(
        extra.filter(({ pattern }) => !known.has(pattern)),
        'disguised_words',
        45,
      ),
    )
  }
  if (layer.depth >= MAX_DEPTH) return found

  const inner = (text: string, base: number, pattern: string, weight: number): void => {
    const part = scanLayer({ where: layer.where, text, base, depth: layer.depth + 1, concealed: true })
    found.push(
      ...concealment(
        part.map((finding) => ({ ...finding, position: base, end: base + 1 })),
        pattern,
        weight,
      ),
    )
  }
  if (folded.hidden) inner(folded.hidden, layer.base, 'invisible_text', 60)
  for (const run of decodeRuns(layer.text)) inner(run.text, layer.base + run.position, `encoded_${run.encoding}`, 55)
  for (const { part } of turned) {
    inner(rot13(part), layer.base, 'encoded_rot13', 55)
    inner(reversed(part), layer.base, 'encoded_reversed', 55)
  }
  return found
}

const isIndependent = (a: Scored, b: Scored): boolean =>
  a.category !== b.category && (a.where !== b.where || a.end <= b.position || b.end <= a.position)

function isCombined(findings: readonly Scored[]): boolean {
  const strong = findings.filter(({ weight }) => weight >= MEDIUM_SCORE)
  const twoCategories = strong.some((a) => strong.some((b) => isIndependent(a, b)))
  const concealedAct = strong.some(
    ({ concealed, category }) => concealed && (category === 'data_exfiltration' || category === 'tool_direction'),
  )
  return twoCategories || concealedAct
}

/** One minus the product of what each category's strongest finding leaves open (noisy or). */
function scoreOf(findings: readonly Scored[]): number {
  const best = new Map<InjectionCategory, number>()
  for (const { category, weight } of findings) best.set(category, Math.max(best.get(category) ?? 0, weight))
  let open = 1
  for (const weight of best.values()) open *= 1 - Math.min(weight, 99) / 100
  return Math.round((1 - open) * 100)
}

/** Goals and commands come again and again; `where` only names the part, so it is put on afterwards. */
const scanPart = memoised((text) =>
  scanLayer({ where: '', text: text.slice(0, MAX_TEXT), base: 0, depth: 0, concealed: false }),
)

/**
 * Looks for instructions aimed at the agent in text it was given. Pure, synchronous, linear in the text.
 * Text is folded first (NFKC, invisible characters, look-alike letters, case), then read again with disguised words
 * written out and with base64, hex, percent, ROT13 and reversed runs decoded. Speech about attacks counts for less.
 */
export function scanInjection(parts: readonly InjectionPart[]): InjectionScan {
  let scored: Scored[] = []
  for (const { where, text } of parts) {
    for (const finding of scanPart(text)) scored.push({ ...finding, where })
  }
  scored = scored.sort((a, b) => b.weight - a.weight).slice(0, MAX_FINDINGS)
  const score = scoreOf(scored)
  return {
    score,
    risk_level: score < LOW_SCORE ? 'none' : severityOf(score),
    findings_count: scored.length,
    findings: scored.map(({ pattern, category, severity, matched, position, where }) => ({
      pattern,
      category,
      severity,
      matched,
      position,
      where,
    })),
    categories: [...new Set(scored.map(({ category }) => category))].sort(),
    combined: isCombined(scored),
  }
}
