import { scanInjection, MEDIUM_SCORE } from '#core/scans/index'
import { findingAt } from './finding.rules.ts'
import { isWarned, lowered } from './warned.rules.ts'
import type { Severity, SkillFinding } from './schema.ts'
import type { SkillText } from './text.rules.ts'

/** Read at a time, with some overlap, so that no step of a scan takes long. */
const STRETCH = 24_000
const OVERLAP = 500

/** Instructions that work against the person: in the text, and where a reader of the page does not see them. */
export function* injectionFindings(file: SkillText): Generator<SkillFinding | null> {
  const told = new Set<string>()
  for (let from = 0; from < file.text.length; from += STRETCH) {
    const text = file.text.slice(from, from + STRETCH + OVERLAP)
    const { findings, combined } = scanInjection([{ where: 'skill', text }])
    for (const { pattern, severity, position, category } of findings) {
      if (severity === 'low' || told.has(pattern)) continue
      told.add(pattern)
      const strong = severity === 'high' || severity === 'critical' || combined
      const offset = from + position
      yield findingAt(file, {
        rule: `injection.${pattern}`,
        severity: isWarned(file, offset) ? lowered(strong ? 'high' : 'medium') : strong ? 'high' : 'medium',
        message: `Reads like an attack on the agent (${category.replaceAll('_', ' ')}).`,
        offset,
      })
    }
    yield null
  }
}

interface Unseen {
  readonly regex: RegExp
  readonly what: string
}

/** Places that a rendered page does not show and an agent reads. Quantifiers are bounded: a scan is linear. */
const UNSEEN: readonly Unseen[] = [
  { regex: /<!--([\s\S]{0,8000}?)-->/g, what: 'a comment' },
  {
    regex: /^[ \t]*\[(?:\/\/|comment|_|\^?hidden)\]:[ \t]*(?:#|<>)[ \t]*[("']([^\n]{0,4000})/gim,
    what: 'a link that is a comment',
  },
  {
    regex:
      /<[a-z]{1,10}\b[^>]{0,300}(?:display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0|opacity\s*:\s*0(?![.\d])|color\s*:\s*(?:white|#fff(?:fff)?)\b|\bhidden\b)[^>]{0,300}>([\s\S]{0,4000}?)<\//gi,
    what: 'an element that is not shown',
  },
]

const ORDER =
  /\b(?:run|execute|curl|wget|fetch|download|install|send|post|upload|read|open|cat|copy|append|ignore|disregard|disable|skip|bypass|never|always|must|do not|don't|before|instead|silently|secretly|agent|assistant|claude|codex|model|ai)\b/i
const ACT =
  /\b(?:run|execute|curl|wget|download|send|post|upload|disable|bypass|ignore|disregard|silently|secretly|without (?:asking|telling)|do not (?:tell|mention|show)|don't (?:tell|mention|show))\b/i

export function* unseenFindings(file: SkillText): Generator<SkillFinding> {
  if (file.kind !== 'markdown') return
  for (const { regex, what } of UNSEEN) {
    for (const { 0: whole, 1: text = '', index } of file.text.matchAll(regex)) {
      const severity = unseenSeverity(text, what)
      if (severity === null) continue
      const offset = index + Math.max(0, whole.search(/[\p{L}]/u))
      yield findingAt(file, {
        rule: 'words.unseen',
        severity,
        message: `Instructions in ${what}: a reader does not see them.`,
        offset,
      })
    }
  }
}

function unseenSeverity(text: string, what: string): Severity | null {
  const words = text.trim()
  if (words.length < 8 || /^(?:prettier|markdownlint|eslint|toc|textlint|vale|cspell|spell)[\w -]*/i.test(words))
    return null
  if (scanInjection([{ where: what, text: words }]).score >= MEDIUM_SCORE) return 'high'
  if (
    ACT.test(words) &&
    /\b(?:you|agent|assistant|claude|codex|model|ai|user|person|https?:|curl|bash|sh)\b/i.test(words)
  )
    return 'high'
  if (what !== 'a comment') return 'medium'
  return ORDER.test(words) && words.length > 60 ? 'medium' : null
}

interface Against {
  readonly name: string
  readonly severity: Severity
  readonly message: string
  readonly regex: RegExp
}

/** Requests to switch off what protects the person. */
const AGAINST: readonly Against[] = [
  {
    name: 'hooks_off',
    severity: 'high',
    message: 'Switches the hooks of the agent client off.',
    regex:
      /["']?disableAllHooks["']?\s*[:=]\s*true|\b(?:disable|remove|delete|turn off|uninstall|bypass|unset)\b[^.\n]{0,40}\b(?:writ|governance|guard(?:rail)?s?|safety|security)\b[^.\n]{0,20}\b(?:hooks?|gates?|checks?|plugins?|scan(?:ner)?s?|polic(?:y|ies))\b|\b(?:disable|remove|delete|turn off|bypass)\b[^.\n]{0,20}\b(?:PreToolUse|pre_tool_call|before_tool_call|hooks?\.json|gate\.sh)\b/gi,
  },
  {
    name: 'permissions_off',
    severity: 'high',
    message: 'Starts an agent that asks nobody.',
    regex:
      /--dangerously-skip-permissions|--dangerously-bypass-approvals-and-sandbox|--dangerously-bypass-hook-trust|--full-auto\b|--yolo\b|--allow-dangerously-skip-permissions|\bbypassPermissions\b|approval_policy\s*=\s*["']?never|sandbox_mode\s*=\s*["']?danger-full-access/g,
  },
  {
    name: 'unasked',
    severity: 'high',
    message: 'Wants acts done without asking or behind the back of the person.',
    regex:
      /\bwithout (?:ever )?(?:asking|telling|informing|notifying|prompting|consulting)(?: for)?(?: the| any)? (?:user|person|human|operator|owner|confirmation|permission|approval|consent)\b|\b(?:do not|don't|never) (?:ask|tell|inform|notify|mention|alert|warn|show|reveal)(?: this| it| that)?(?: to)? (?:the )?(?:user|person|human|operator|owner)\b|\b(?:hide|conceal|keep)\b[^.\n]{0,30}\b(?:from|secret from) (?:the )?(?:user|person|human|operator)\b/gi,
  },
  {
    name: 'guard_skipped',
    severity: 'high',
    message: 'Tells the agent to act without the guard, or to approve its own acts.',
    regex:
      /\b(?:do not|don't|never|no need to|skip|stop|avoid|instead of|without) (?:call(?:ing)?|us(?:e|ing)|ask(?:ing)?)?\s*(?:the )?`?(?:writ_guard|writ_record|writ_wait_for_approval|writ guard|writ)\b`?|\bapprove (?:it|them|this|the (?:act|action|request)s?) (?:yourself|automatically|on (?:your|their) own)\b|\bignore (?:the |its |any )?(?:block|denial|guard|approval|decision)s?\b|\b(?:treat|count|take) (?:a |an |every |any )?(?:block|denial|timeout|error)s? as (?:an? )?(?:allow|approval|approved|permission)\b/gi,
  },
  {
    name: 'traces_off',
    severity: 'medium',
    message: 'Keeps acts out of history or logs.',
    regex:
      /\bHISTFILE=\/dev\/null|\bunset HISTFILE\b|\bset \+o history\b|\bhistory -c\b|\bHISTSIZE=0\b|\b(?:delete|clear|wipe|remove|erase)\b[^.\n]{0,30}\b(?:audit (?:log|trail)s?|transcripts?|shell history|command history|evidence|traces)\b/gi,
  },
  {
    name: 'settings_changed',
    severity: 'medium',
    message: 'Changes the settings or the memory of the agent client.',
    regex:
      /\b(?:edit|modify|change|append|add|write|overwrite|update|insert|echo|cat|tee)\b[^\n]{0,80}(?:\.claude\/settings(?:\.local)?\.json|\.codex\/config\.toml|managed-settings\.json|~\/\.claude\/CLAUDE\.md|~\/\.codex\/AGENTS\.md)/gi,
  },
]

const MAX_EACH = 5

export function* governanceFindings(file: SkillText): Generator<SkillFinding> {
  for (const { name, severity, message, regex } of AGAINST) {
    let told = 0
    for (const { index } of file.text.matchAll(regex)) {
      if (++told > MAX_EACH) break
      const grade = isWarned(file, index) ? lowered(severity) : severity
      yield findingAt(file, { rule: `governance.${name}`, severity: grade, message, offset: index })
    }
  }
}
