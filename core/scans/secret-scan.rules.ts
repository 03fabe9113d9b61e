import { memoised } from '#core/kernel/memo'
import { FIELD_PATTERNS, isMarker } from './secret-fields.rules.ts'
import { FORMAT_PATTERNS } from './secret-formats.rules.ts'
import type { SecretPattern, SecretSeverity } from './secret-formats.rules.ts'
import { privateKeySpans } from './private-key.rules.ts'

export type SecretFinding = {
  pattern: string
  category: string
  severity: SecretSeverity
  /** At most four characters and never more than a quarter of the secret, then `***`. */
  preview: string
  /** UTF-16 offsets into the scanned text; `end` is exclusive. */
  start: number
  end: number
}
export type SecretScan = { detected: boolean; findings: SecretFinding[] }
export type SecuritySummary = { clean: boolean; findings_count: number; critical_count: number; categories: string[] }

const PATTERNS: readonly SecretPattern[] = [...FORMAT_PATTERNS, ...FIELD_PATTERNS]
const PEM_ANCHOR = 'private key'

function indexAnchors(): Map<string, number[]> {
  const index = new Map<string, number[]>([[PEM_ANCHOR, []]])
  for (const [position, { anchors }] of PATTERNS.entries()) {
    for (const anchor of anchors) index.set(anchor, [...(index.get(anchor) ?? []), position])
  }
  return index
}

const BY_ANCHOR = indexAnchors()
/** Longest first: `github_pat_` must win over a shorter anchor at the same place. */
const ANCHOR_SOURCE = [...BY_ANCHOR.keys()]
  .toSorted((a, b) => b.length - a.length)
  .map((anchor) => anchor.replace(/[.?&#/+]/g, '\\$&'))
  .join('|')
const ANCHOR = new RegExp(ANCHOR_SOURCE, 'gi')
const ANY_ANCHOR = new RegExp(ANCHOR_SOURCE, 'i')
/** Shorter than any anchor with a value behind it. */
const SHORTEST = 8

export const secretPreview = (secret: string): string =>
  `${secret.slice(0, Math.min(4, Math.floor(secret.length / 4)))}***`

/** The positions of the patterns worth running, in table order, and whether a PEM border may be present. */
function suspects(text: string): { patterns: number[]; pem: boolean } {
  const found = new Set<number>()
  const seen = new Set<string>()
  for (const [hit] of text.matchAll(ANCHOR)) {
    const anchor = hit.toLowerCase()
    if (seen.has(anchor)) continue
    seen.add(anchor)
    for (const position of BY_ANCHOR.get(anchor) ?? []) found.add(position)
  }
  return { patterns: [...found].sort((a, b) => a - b), pem: seen.has(PEM_ANCHOR) }
}

/** Sorted, with overlapping matches joined: one secret seen twice is one finding, named by the more precise pattern. */
export function mergeFindings(findings: readonly SecretFinding[]): SecretFinding[] {
  const ranked = findings.map((finding, rank) => ({ finding, rank }))
  ranked.sort((a, b) => a.finding.start - b.finding.start || a.rank - b.rank)
  const merged: { finding: SecretFinding; rank: number }[] = []
  for (const next of ranked) {
    const last = merged.at(-1)
    if (!last || next.finding.start >= last.finding.end) {
      merged.push(next)
      continue
    }
    const named = next.rank < last.rank ? next : last
    const end = Math.max(last.finding.end, next.finding.end)
    merged[merged.length - 1] = { finding: { ...named.finding, start: last.finding.start, end }, rank: named.rank }
  }
  return merged.map(({ finding }) => finding)
}

function runPattern(pattern: SecretPattern, text: string, findings: SecretFinding[]): void {
  for (const match of text.matchAll(pattern.regex)) {
    const value = match.groups?.['v'] ?? match[0]
    const start = match.indices?.groups?.['v']?.[0] ?? match.index
    if (isMarker(value) || pattern.accept?.(value) === false) continue
    const { name, category, severity } = pattern
    findings.push({
      pattern: name,
      category,
      severity,
      preview: secretPreview(value),
      start,
      end: start + value.length,
    })
  }
}

/** Synchronous and linear in the text; ordinary text costs one pass of the combined anchor expression. */
export function secretScan(text: string): SecretScan {
  return text.length < SHORTEST || !ANY_ANCHOR.test(text) ? CLEAN : scanSuspect(text)
}

const CLEAN: SecretScan = Object.freeze({ detected: false, findings: [] })

/** Only texts without secrets are kept in memory. */
const scanSuspect = memoised(scanAnchored, { chars: 512, keep: ({ detected }) => !detected })

function scanAnchored(text: string): SecretScan {
  const { patterns, pem } = suspects(text)
  const findings: SecretFinding[] = []
  if (pem) {
    for (const [start, end] of privateKeySpans(text)) {
      findings.push({
        pattern: 'private_key',
        category: 'private_key',
        severity: 'critical',
        preview: '----***',
        start,
        end,
      })
    }
  }
  for (const position of patterns) {
    const pattern = PATTERNS[position]
    if (pattern) runPattern(pattern, text, findings)
  }
  return { detected: findings.length > 0, findings: mergeFindings(findings) }
}

export function summarise(findings: readonly Pick<SecretFinding, 'category' | 'severity'>[]): SecuritySummary {
  if (findings.length === 0) return { clean: true, findings_count: 0, critical_count: 0, categories: [] }
  return {
    clean: findings.length === 0,
    findings_count: findings.length,
    critical_count: findings.filter(({ severity }) => severity === 'critical').length,
    categories: [...new Set(findings.map(({ category }) => category))].sort(),
  }
}

export function replaceSpans(text: string, findings: readonly SecretFinding[]): string {
  let out = ''
  let from = 0
  for (const { start, end, pattern } of findings) {
    out += `${text.slice(from, start)}[REDACTED:${pattern}]`
    from = end
  }
  return out + text.slice(from)
}

/** Every secret in `text` becomes `[REDACTED:<pattern>]`. A second run changes nothing. */
export function redactText(text: string): { text: string; security: SecuritySummary } {
  const { findings } = secretScan(text)
  return { text: findings.length ? replaceSpans(text, findings) : text, security: summarise(findings) }
}
