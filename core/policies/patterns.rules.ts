import { RE2JS } from 're2js'

const PATTERN_MAX_CHARS = 500
const CACHE_MAX = 1_000
const FLAG_BITS: Readonly<Record<string, number>> = {
  i: RE2JS.CASE_INSENSITIVE,
  m: RE2JS.MULTILINE,
  s: RE2JS.DOTALL,
}

const cache = new Map<string, RE2JS>()

/** Compiles a pattern that a user wrote. RE2 runs in linear time, so no pattern can hang an evaluation. Throws on a bad one. */
export function compilePattern(pattern: string, flags = ''): RE2JS {
  const key = `${flags}/${pattern}`
  const known = cache.get(key)
  if (known !== undefined) return known
  if (pattern.length > PATTERN_MAX_CHARS) throw new Error(`a pattern has at most ${PATTERN_MAX_CHARS} characters`)
  let bits = 0
  for (const flag of flags) {
    if (flag === 'g' || flag === 'u') continue
    const bit = FLAG_BITS[flag]
    if (bit === undefined) throw new Error(`unknown pattern flag "${flag}"; allowed are g, i, m, s, u`)
    bits |= bit
  }
  const compiled = RE2JS.compile(pattern, bits)
  if (cache.size >= CACHE_MAX) cache.clear()
  cache.set(key, compiled)
  return compiled
}

/** Whether the pattern occurs anywhere in the text. */
export function occursIn(pattern: RE2JS, text: string): boolean {
  return pattern.matcher(text).find()
}

/** Every occurrence, at most `limit`. */
export function occurrences(pattern: RE2JS, text: string, limit: number): string[] {
  const found: string[] = []
  const matcher = pattern.matcher(text)
  while (found.length < limit && matcher.find()) {
    const token = matcher.group() ?? ''
    if (token !== '') found.push(token)
  }
  return found
}
