import { findingAt } from './finding.rules.ts'
import type { Severity, SkillFinding } from './schema.ts'
import { stretches } from './stretch.rules.ts'
import type { SkillText } from './text.rules.ts'
import { isWarned, lowered } from './warned.rules.ts'

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
      /\bwithout (?:ever )?(?:asking|telling|informing|notifying|prompting|consulting)(?: for)?(?: the| any)? (?:user|person|human|operator|owner|confirmation|permission|approval|consent)\b|\b(?:do not|don't|never) (?:ask|tell|inform|notify|mention|alert|warn|show|reveal)(?: this| it| that)?(?: to)? (?:the )?(?:user|person|human|operator|owner)\b|\bno need to (?:bring (?:it|this) up|mention|tell|inform|ask)\b|\b(?:hide|conceal|keep)\b[^.\n]{0,30}\b(?:from|secret from) (?:the )?(?:user|person|human|operator)\b/gi,
  },
  {
    name: 'guard_skipped',
    severity: 'high',
    message: 'Tells the agent to act without the guard, or to approve its own acts.',
    regex:
      /\b(?:do not|don't|never|no need to|skip|stop|avoid|instead of|without) (?:call(?:ing)?|us(?:e|ing)|ask(?:ing)?)?\s*(?:the )?`?(?:writ_guard|writ_record|writ_wait_for_approval|writ guard|writ)\b`?|\bapprove (?:it|them|this|the (?:act|action|request)s?) (?:yourself|automatically|on (?:your|their) own)\b|\bignore (?:the |its |any )?(?:block|denial|guard|approval|decision)s?\b|\b(?:treat|count|take) (?:a |an |every |any )?(?:block|denial|timeout|error)s? as (?:an? )?(?:allow|approval|approved|permission)\b/gi,
  },
  {
    name: 'history_off',
    severity: 'medium',
    message: 'Keeps commands out of the history of the shell.',
    regex: /\bHISTFILE=\/dev\/null|\bunset HISTFILE\b|\bset \+o history\b|\bhistory -c\b|\bHISTSIZE=0\b/g,
  },
  {
    name: 'traces_off',
    severity: 'high',
    message: 'Removes the traces of what was done.',
    regex:
      /\b(?:delete|clear|wipe|remove|erase)\b[^.\n]{0,30}\b(?:audit (?:log|trail)s?|transcripts?|shell history|command history|(?:your|the|its) traces|traces of)\b/gi,
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

export function* governanceFindings(file: SkillText): Generator<SkillFinding | null> {
  const told = new Map<string, number>()
  for (const { text, from } of stretches(file.text)) {
    for (const { name, severity, message, regex } of AGAINST) {
      for (const { index } of text.matchAll(regex)) {
        const times = (told.get(name) ?? 0) + 1
        if (times > MAX_EACH) break
        told.set(name, times)
        const offset = from + index
        const grade = isWarned(file, offset) ? lowered(severity) : severity
        yield findingAt(file, { rule: `governance.${name}`, severity: grade, message, offset })
      }
    }
    yield null
  }
}
