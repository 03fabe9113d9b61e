import { scanInjection } from '#core/scans/index'
import { findingAt } from './finding.rules.ts'
import type { Severity, SkillFinding } from './schema.ts'
import type { SkillText } from './text.rules.ts'

/** Code points and ranges that do not show. */
const UNSEEN =
  '\\u00AD\\u034F\\u061C\\u115F\\u1160\\u17B4\\u17B5\\u180B-\\u180E\\u200B-\\u200F\\u202A-\\u202E\\u2060-\\u206F\\u3164\\uFE00-\\uFE0F\\uFEFF\\uFFA0\\u{E0000}-\\u{E007F}\\u{E0100}-\\u{E01EF}'
/** In runs; joiners and marks between letters that need them are left out below. */
const INVISIBLE = new RegExp(`[${UNSEEN}]+`, 'gu')
const CONTROL = new RegExp(String.raw`[\u0000-\u0008\u000B\u000E-\u001F\u007F-\u009F]`)
const RTL = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}]/u
/** Scripts that are written with joiners. */
const JOINED =
  /[\p{Script=Arabic}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Malayalam}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Sinhala}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Mongolian}\p{Extended_Pictographic}\p{Emoji_Modifier}\u{FE0F}]/u
const SHAPING = new RegExp(String.raw`^[\u200C-\u200F\u061C\uFE00-\uFE0F\u180B-\u180E]+$`, 'u')
const MAX_RUNS = 20

/** Characters that make a person read something else than the agent. */
export function* hiddenFindings(file: SkillText): Generator<SkillFinding> {
  let told = 0
  for (const { 0: run, index } of file.text.matchAll(INVISIBLE)) {
    const found = judged(file, run, index)
    if (found === null) continue
    yield findingAt(file, { ...found, offset: index })
    if (++told >= MAX_RUNS) break
  }
  const control = CONTROL.exec(file.text)
  if (control) {
    const message = 'A control character: terminals hide text with them.'
    yield findingAt(file, { rule: 'hidden.control', severity: 'medium', message, offset: control.index })
  }
}

interface Judged {
  readonly rule: string
  readonly severity: Severity
  readonly message: string
}

function judged(file: SkillText, run: string, index: number): Judged | null {
  const before = file.text.slice(Math.max(0, index - 2), index)
  const after = file.text.slice(index + run.length, index + run.length + 2)
  if (run === '\uFEFF' && index === 0) return null
  if (/[\u{E0000}-\u{E007F}]/u.test(run)) return isFlag(before, run) ? null : tags(run)
  if (/[\u{E0100}-\u{E01EF}]/u.test(run) && run.length > 4) {
    return { rule: 'hidden.selectors', severity: 'high', message: 'Variation selectors that carry hidden data.' }
  }
  if (/[\u202A-\u202E]/u.test(run)) {
    return {
      rule: 'hidden.bidi',
      severity: 'high',
      message: 'Turns the direction of text: it runs otherwise than it reads.',
    }
  }
  if (/[\u2066-\u2069]/u.test(run)) {
    const severity = file.kind === 'markdown' && RTL.test(file.text) ? 'low' : 'high'
    return { rule: 'hidden.bidi', severity, message: 'Changes the direction of text.' }
  }
  return zeroWidth(run, { before, after, isRtl: file.kind === 'markdown' && RTL.test(file.text) })
}

interface Around {
  readonly before: string
  readonly after: string
  readonly isRtl: boolean
}

function zeroWidth(run: string, { before, after, isRtl }: Around): Judged | null {
  if (run.length >= 8) {
    return {
      rule: 'hidden.zero_width',
      severity: 'high',
      message: 'A run of invisible characters, long enough to be a message.',
    }
  }
  if (SHAPING.test(run) && (JOINED.test(before) || JOINED.test(after) || RTL.test(before + after))) return null
  // Marks of direction belong to text that is written from right to left.
  if (/^[\u200E\u200F\u061C]$/u.test(run) && isRtl) return null
  // A selector of how a sign is drawn.
  if (/^[\uFE00-\uFE0F]$/u.test(run)) return null
  // A place where a long word may be broken.
  if (run === '\u00AD') return null
  return { rule: 'hidden.zero_width', severity: 'medium', message: 'An invisible character inside the text.' }
}

/** The flags of England, Scotland and Wales are written with tags behind a black flag. */
function isFlag(before: string, run: string): boolean {
  return before.endsWith('\u{1F3F4}') && run.endsWith('\u{E007F}') && Array.from(run).length <= 7
}

function tags(run: string): Judged {
  const text = Array.from(run, (char) => String.fromCharCode((char.codePointAt(0) ?? 0) - 0xe0000)).join('')
  const kind = scanInjection([{ where: 'tags', text }]).score > 0 ? 'an instruction' : 'text'
  return { rule: 'hidden.tags', severity: 'high', message: `Hides ${kind} in tag characters that no person sees.` }
}
