import type { Severity, SkillFinding } from './schema.ts'
import type { SkillText } from './text.rules.ts'

const MAX_EXCERPT = 160
/** Shown of a long line before the place itself. */
const BEFORE = 60

interface At {
  readonly rule: string
  readonly severity: Severity
  readonly message: string
  /** Offset in the text of the file; absent: the file as a whole. */
  readonly offset?: number
}

/** A finding as it is told: with its line, and an excerpt that shows neither secrets nor hidden characters. */
export function findingAt(file: SkillText, { rule, severity, message, offset }: At): SkillFinding {
  if (offset === undefined) return { rule, severity, path: visible(file.path), line: 0, message, excerpt: '' }
  return {
    rule,
    severity,
    path: visible(file.path),
    line: file.lineAt(offset),
    message,
    excerpt: excerptAt(file, offset),
  }
}

/** The line around the place. What lies in a secret is left out, also where the secret began lines before. */
function excerptAt(file: SkillText, offset: number): string {
  const { text } = file
  // Bounded before it is searched: a file may be one line of a megabyte.
  const start = Math.max(0, offset - BEFORE)
  const from = start + text.slice(start, offset).lastIndexOf('\n') + 1
  const ahead = text.slice(from, from + MAX_EXCERPT * 2)
  const length = ahead.indexOf('\n', offset - from)
  const to = from + (length < 0 ? ahead.length : length)
  let shown = ''
  let at = from
  for (const secret of file.secrets()) {
    if (secret.end <= at || secret.start >= to) continue
    shown += `${text.slice(at, Math.max(at, secret.start))}[REDACTED:${secret.pattern}]`
    at = Math.min(to, secret.end)
  }
  return visible(`${shown}${text.slice(at, Math.max(at, to))}`.trim()).slice(0, MAX_EXCERPT)
}

/** Characters that do not show, written out: `\u202e`. */
export function visible(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\u{E0000}-\u{E007F}]/gu, (char) => {
    const code = char.codePointAt(0) ?? 0
    return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, '0')}`
  })
}
