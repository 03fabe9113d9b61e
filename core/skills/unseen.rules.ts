import { MEDIUM_SCORE, scanInjection } from '#core/scans/index'
import { findingAt } from './finding.rules.ts'
import type { Severity, SkillFinding } from './schema.ts'
import type { SkillText } from './text.rules.ts'

interface Unseen {
  readonly text: string
  readonly offset: number
  readonly what: string
}

/** Longest piece that is read of one of them. */
const MAX_TEXT = 8000
const MAX_TAG = 300
const MAX_PLACES = 200

/** Places that a rendered page does not show and an agent reads. */
function* unseenIn(text: string): Generator<Unseen> {
  let places = 0
  for (let from = text.indexOf('<!--'); from >= 0 && places < MAX_PLACES; places += 1) {
    const end = text.indexOf('-->', from + 4)
    const to = end < 0 ? text.length : end
    yield { text: text.slice(from + 4, Math.min(to, from + MAX_TEXT)), offset: from + 4, what: 'a comment' }
    from = text.indexOf('<!--', to)
  }
  for (const { 1: inner = '', index } of text.matchAll(LINK_COMMENT)) {
    if (++places > MAX_PLACES) return
    yield { text: inner, offset: index, what: 'a link that is a comment' }
  }
  for (const { index } of text.matchAll(NOT_SHOWN)) {
    if (++places > MAX_PLACES) return
    const before = text.slice(Math.max(0, index - MAX_TAG), index)
    const tag = before.lastIndexOf('<')
    if (tag < 0 || before.includes('>', tag) || !/^<[a-z]/i.test(before.slice(tag))) continue
    const inner = text.slice(index, index + MAX_TEXT).replace(/^[^>]{0,300}>/, '')
    yield { text: inner.split('</', 1)[0] ?? '', offset: index, what: 'an element that is not shown' }
  }
}

const LINK_COMMENT = /^[ \t]{0,8}\[(?:\/\/|comment|_|\^?hidden)\]:[ \t]{0,8}(?:#|<>)[ \t]{0,8}[("']([^\n]{0,4000})/gim
const NOT_SHOWN =
  /display\s{0,4}:\s{0,4}none|visibility\s{0,4}:\s{0,4}hidden|font-size\s{0,4}:\s{0,4}[01](?:px|pt|em)?\b|opacity\s{0,4}:\s{0,4}0(?![.\d])|(?<!-)color\s{0,4}:\s{0,4}(?:white|#fff(?:fff)?)\b|(?<![-\w])hidden(?![-\w])/gi

const ORDER =
  /\b(?:run|execute|curl|wget|fetch|download|install|send|post|upload|read|open|cat|copy|append|ignore|disregard|disable|skip|bypass|never|always|must|do not|don't|before|instead|silently|secretly|agent|assistant|claude|codex|model|ai)\b/i
const ACT =
  /\b(?:run|execute|curl|wget|download|send|post|upload|disable|bypass|ignore|disregard|silently|secretly|without (?:asking|telling)|do not (?:tell|mention|show)|don't (?:tell|mention|show))\b/i

export function* unseenFindings(file: SkillText): Generator<SkillFinding | null> {
  if (file.kind !== 'markdown') return
  for (const { text, offset, what } of unseenIn(file.text)) {
    const severity = unseenSeverity(text, what)
    if (severity !== null) {
      const message = `Instructions in ${what}: a reader does not see them.`
      yield findingAt(file, {
        rule: 'words.unseen',
        severity,
        message,
        offset: offset + Math.max(0, text.search(/\p{L}/u)),
      })
    }
    yield null
  }
}

/** Somebody who is spoken to, or a program that fetches. */
const TO_WHOM = /\b(?:you|agent|assistant|claude|codex|model|ai|user|person|curl|wget|bash|powershell)\b/i

function unseenSeverity(text: string, what: string): Severity | null {
  const words = text.replaceAll(/<[^<>]{0,500}>/g, ' ').trim()
  if (words.length < 8 || /^(?:prettier|markdownlint|eslint|toc|textlint|vale|cspell|spell)[\w -]*/i.test(words))
    return null
  if (scanInjection([{ where: what, text: words }]).score >= MEDIUM_SCORE) return 'high'
  if (ACT.test(words) && TO_WHOM.test(words)) return 'high'
  if (what === 'a link that is a comment') return 'medium'
  return ORDER.test(words) && words.length > 60 ? 'medium' : null
}
