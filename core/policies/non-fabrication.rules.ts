import { cut } from '#core/kernel/text'
import { z } from 'zod'
import { canonicalText, dateClaims, moneyClaims, percentClaims, type Claim } from './claims.rules.ts'
import type { Violation } from './kind.ts'
import { compilePattern, occurrences } from './patterns.rules.ts'

const MAX_MATCHES = 500
const Text = z.string().max(2000)
const Value = z.union([Text, z.number(), z.boolean()]).transform(String)
const Fact = z.object({
  value: Value,
  label: Text.optional(),
  slot: z.object({ prefix: Text.default(''), suffix: Text.default('') }).optional(),
})
type Fact = z.output<typeof Fact>
const Facts = z.array(Fact).max(1000)
const Pattern = z.object({ pattern: z.string().min(1).max(500), label: Text.optional() })

/** What the content may claim; both fact lists must be there, empty or not. */
const Source = z.object({
  allowedFacts: Facts,
  requiredFacts: Facts,
  forbiddenPatterns: z
    .array(Pattern.extend({ flags: z.string().max(8).default('i') }))
    .max(200)
    .default([]),
  extract: z
    .object({
      money: z.boolean().default(true),
      dates: z.boolean().default(true),
      percentages: z.boolean().default(true),
      patterns: z.array(Pattern).max(50).default([]),
    })
    .prefault({}),
})
type Source = z.output<typeof Source>

/** Every way in which the content is not covered by its source; empty = it passes. Never throws. */
export function verifyContent(content: unknown, source: unknown): readonly Violation[] {
  const parsed = Source.safeParse(source)
  if (!parsed.success) {
    const where = parsed.error.issues[0]?.path.join('.') ?? ''
    const detail = where === '' ? 'The source of truth is missing.' : `The source of truth is malformed at "${where}".`
    return [{ kind: 'missing_source', detail }]
  }
  if (typeof content !== 'string') return [{ kind: 'invalid_content', detail: 'The content is not a text.' }]
  try {
    const text = canonicalText(content)
    return [...missing(text, parsed.data), ...forbidden(text, parsed.data), ...fabricated(text, parsed.data)]
  } catch (error) {
    const detail = error instanceof Error ? error.message : 'unknown error'
    return [{ kind: 'engine_error', detail: `The check could not be completed: ${detail}` }]
  }
}

const inSlot = (fact: Fact): string => canonicalText((fact.slot?.prefix ?? '') + fact.value + (fact.slot?.suffix ?? ''))

const labelled = (label: string | undefined): { label?: string } => (label === undefined ? {} : { label })

function missing(text: string, source: Source): Violation[] {
  return source.requiredFacts
    .filter((fact) => !text.includes(inSlot(fact)) && !sameMoney(text, fact))
    .map((fact) => ({
      kind: 'missing_required',
      ...labelled(fact.label),
      token: fact.value,
      detail: `The required fact "${fact.label ?? fact.value}" is not stated.`,
    }))
}

/** A slotted amount may be written in another format: the first amount after the prefix decides. */
function sameMoney(text: string, fact: Fact): boolean {
  if (fact.slot === undefined) return false
  const wanted = [...moneyClaims(canonicalText(fact.value)), ...moneyClaims(inSlot(fact))][0]
  const prefix = canonicalText(fact.slot.prefix)
  const at = text.indexOf(prefix)
  if (wanted === undefined || prefix === '' || at === -1) return false
  const first = moneyClaims(text.slice(at))[0]
  return first !== undefined && first.readings[0] === wanted.readings[0]
}

const BARE_WORDS = /^[\p{L}\p{N}_' -]+$/u
const WORD = /[\p{L}\p{N}_]/u

function wordMatches(text: string, words: string): string[] {
  const found: string[] = []
  const haystack = text.toLowerCase()
  const needle = canonicalText(words).toLowerCase()
  for (let at = haystack.indexOf(needle); at !== -1 && needle !== ''; at = haystack.indexOf(needle, at + 1)) {
    const before = haystack[at - 1] ?? ' '
    const after = haystack[at + needle.length] ?? ' '
    if (!WORD.test(before) && !WORD.test(after)) found.push(haystack.slice(at, at + needle.length))
    if (found.length >= MAX_MATCHES) break
  }
  return found
}

function forbidden(text: string, source: Source): Violation[] {
  const allowed = [...source.allowedFacts, ...source.requiredFacts].map((fact) => inSlot(fact).toLowerCase())
  return source.forbiddenPatterns.flatMap(({ pattern, flags, label }) => {
    const hits = BARE_WORDS.test(pattern)
      ? wordMatches(text, pattern)
      : occurrences(compilePattern(pattern, flags), text, MAX_MATCHES)
    const hit = hits.find((token) => !allowed.some((fact) => fact.includes(token.toLowerCase())))
    if (hit === undefined) return []
    const detail = `"${cut(hit, 200)}" matches the forbidden pattern "${label ?? pattern}".`
    return [{ kind: 'forbidden_match', ...labelled(label), token: cut(hit, 200), detail }]
  })
}

function fabricated(text: string, source: Source): Violation[] {
  const facts = [...source.allowedFacts, ...source.requiredFacts]
  const corpus = facts.flatMap((fact) => [canonicalText(fact.value), inSlot(fact)])
  const { money, dates, percentages, patterns } = source.extract
  return [
    ...(money ? unknownClaims('money', moneyClaims, text, corpus) : []),
    ...(dates ? unknownClaims('date', dateClaims, text, corpus) : []),
    ...(percentages ? unknownClaims('percentage', percentClaims, text, corpus) : []),
    ...patterns.flatMap(({ pattern, label }) => {
      const compiled = compilePattern(pattern)
      const claims = (part: string): Claim[] =>
        occurrences(compiled, part, MAX_MATCHES).map((raw) => ({ raw, readings: [raw.toLowerCase()] }))
      return unknownClaims(label ?? pattern, claims, text, corpus)
    }),
  ]
}

function unknownClaims(label: string, claims: (text: string) => Claim[], text: string, corpus: string[]): Violation[] {
  const known = new Set(corpus.flatMap(claims).flatMap((claim) => claim.readings))
  return claims(text)
    .filter((claim) => !claim.readings.some((reading) => known.has(reading)))
    .map(({ raw }) => ({
      kind: 'fabricated_fact',
      label,
      token: raw,
      detail: `"${cut(raw, 200)}" (${label}) is not among the facts of the source.`,
    }))
}
