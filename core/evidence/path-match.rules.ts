import picomatch from 'picomatch'
import { normalisePath } from './path-normal.rules.ts'

export interface MatchOptions {
  /** Default true: most agents run where `.ENV` opens `.env`. */
  readonly foldCase?: boolean
}

/** Answers the first pattern that protects the path, or null. */
export type PathMatcher = (path: string) => string | null

const MAX_PATTERN = 1024
/** Bounds for the backtracking matcher below: work grows as length^stars. Longer names do not exist on disk. */
const MAX_SEGMENT = 255
const MAX_SEGMENTS = 128
const MAX_STARS_PER_SEGMENT = 3
const MAX_GLOBSTARS = 2

/** Why a pattern cannot be used as it stands, in one sentence, or null. Ask when a policy is saved. */
export function patternProblem(pattern: string): string | null {
  const body = pattern.trim().replace(/^!/, '')
  if (body === '' || body === '/') return 'The pattern is empty; name a file or a folder.'
  if (pattern.length > MAX_PATTERN) return `The pattern is longer than ${MAX_PATTERN} characters.`
  if (/[\0\n\r]/.test(pattern)) return 'The pattern has a line break or a NUL in it.'
  const segments = body.replaceAll('\\', '/').split('/')
  if (segments.filter((segment) => segment === '**').length > MAX_GLOBSTARS + 1) {
    return `The pattern has more than ${MAX_GLOBSTARS + 1} "**" segments.`
  }
  const crowded = segments.find((segment) => segment !== '**' && stars(segment) > MAX_STARS_PER_SEGMENT)
  return crowded === undefined ? null : `The segment "${crowded}" has more than ${MAX_STARS_PER_SEGMENT} stars.`
}

function stars(segment: string): number {
  return segment.split(/\*+/).length - 1
}

/** Literal but for `*`, `?` and braces: `app/[id]/(group)/page.tsx` is a file name in many a project. */
function literalBrackets(segment: string): string {
  return segment.replace(/[[\]()!+@|$^\\]/g, '\\$&')
}

/** A pattern too rich to match in bounded time is widened, so that it protects more and never less. */
function boundedSegments(segments: readonly string[]): string[] {
  const kept: string[] = []
  let globstars = 0
  for (const segment of segments.slice(0, MAX_SEGMENTS)) {
    if (segment === '**') {
      if (kept.at(-1) === '**') continue
      globstars += 1
      kept.push('**')
      if (globstars > MAX_GLOBSTARS) return kept
    } else kept.push(stars(segment) > MAX_STARS_PER_SEGMENT ? '*' : literalBrackets(segment.replace(/\*+/g, '*')))
  }
  return kept
}

/** The glob and everything below it; a relative pattern also at any depth, as the contract has it. */
function globsOf(pattern: string, foldCase: boolean): string[] {
  const { path } = normalisePath(pattern)
  const folded = foldCase ? path.toLowerCase() : path
  const anchored = /^[/~]/.test(folded)
  const body = boundedSegments(folded.replace(/^\//, '').split('/').filter(Boolean)).join('/')
  if (body === '') return ['**', '/**', '~/**']
  const below = body.endsWith('**') ? [body] : [body, `${body}/**`]
  if (anchored) return folded.startsWith('~') ? below : below.flatMap((glob) => [`/${glob}`, glob])
  if (body.startsWith('**') || body.startsWith('..')) return below.flatMap((glob) => [glob, `/${glob}`])
  return below.flatMap((glob) => [glob, `**/${glob}`, `/**/${glob}`, `~/**/${glob}`])
}

function clipped(path: string): string {
  const segments = path.split('/')
  const kept = segments.length > MAX_SEGMENTS ? [...segments.slice(0, 64), ...segments.slice(-64)] : segments
  return kept.map((name) => (name.length > MAX_SEGMENT ? name.slice(0, 128) + name.slice(-127) : name)).join('/')
}

interface Compiled {
  readonly pattern: string
  readonly negated: boolean
  readonly test: (path: string) => boolean
}

function compileOne(pattern: string, foldCase: boolean): Compiled {
  const trimmed = pattern.trim().slice(0, MAX_PATTERN)
  const negated = trimmed.startsWith('!')
  const globs = globsOf(negated ? trimmed.slice(1) : trimmed, foldCase)
  const test = picomatch(globs, { dot: true, noextglob: true, nonegate: true, windows: false })
  return { pattern, negated, test: (path) => test(path) }
}

/**
 * gitignore-like: a name without a slash matches at any depth, a match on a folder covers everything below it, `*` stays
 * within a segment, `**` crosses, `!pattern` takes back what an earlier pattern matched. Both sides are normalised
 * (`\`, drive letters, `.`, `..`, `~`, doubled slashes, NFC), so one file has one answer. Links are not followed.
 */
export function compilePathPatterns(patterns: readonly string[], options: MatchOptions = {}): PathMatcher {
  const foldCase = options.foldCase ?? true
  const compiled = patterns.filter((text) => text.trim() !== '').map((text) => compileOne(text, foldCase))
  return (raw) => {
    const { path } = normalisePath(raw.slice(0, 8192))
    const subject = clipped(foldCase ? path.toLowerCase() : path)
    let hit: string | null = null
    for (const one of compiled) {
      if (one.negated ? hit !== null && one.test(subject) : hit === null && one.test(subject)) {
        hit = one.negated ? null : one.pattern
      }
    }
    return hit
  }
}

/** One-off form of `compilePathPatterns`; answers the pattern that protects the path, or null. */
export function matchPath(patterns: readonly string[], path: string, options: MatchOptions = {}): string | null {
  return compilePathPatterns(patterns, options)(path)
}
