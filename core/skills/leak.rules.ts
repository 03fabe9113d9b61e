import { findingAt } from './finding.rules.ts'
import type { SkillFinding } from './schema.ts'
import type { SkillText } from './text.rules.ts'
import { isWarned, lowered } from './warned.rules.ts'

/** Places of secrets on people's machines. */
const SECRET_PLACE =
  /(?:~|\$HOME|%USERPROFILE%|\/home\/\w{1,32}|\/root)?\/?(?:\.ssh\/(?:id_\w+|config)?|\.aws\/credentials|\.netrc|\.npmrc|\.pypirc|\.docker\/config\.json|\.kube\/config|\.gnupg|\.git-credentials|\.config\/gcloud|\.claude\/\.credentials\.json|\.codex\/auth\.json)|\b(?:login keychain|browser (?:cookies|passwords)|saved passwords|wallet\.dat|seed phrase|environment variables|api keys?|access tokens?|session tokens?|private keys?|(?:whole|entire|full|complete) conversation|conversation so far|chat history)\b|(?<![\w.])\.env\b/gi
const OUTWARD =
  /\b(?:curl|wget|fetch)\b[^\n]{0,120}https?:\/\/|\b(?:send|post|upload|transmit|forward|e-?mail|exfiltrate|submit|share|report)\b[^.\n]{0,120}(?:https?:\/\/|\bto (?:our|the|a|this|my) (?:server|endpoint|webhook|url|collector|address|dashboard|api)\b)|\b(?:as|in) (?:a |the )?(?:query|url) (?:string|parameter)|\bappend\b[^.\n]{0,60}\bto the url\b/i
const WINDOW = 240

/** Words that ask for secrets to be read and sent away, where no command does it. */
export function* leakFindings(file: SkillText): Generator<SkillFinding | null> {
  if (file.kind !== 'markdown' && file.kind !== 'data') return
  let end = -1
  for (const { index } of file.text.matchAll(SECRET_PLACE)) {
    if (index < end) continue
    end = index + WINDOW / 2
    yield null
    const around = file.text.slice(Math.max(0, index - WINDOW), index + WINDOW)
    if (!OUTWARD.test(around)) continue
    const message = 'Asks for secrets to be read and sent away.'
    const severity = isWarned(file, index) ? lowered('high') : 'high'
    yield findingAt(file, { rule: 'words.leak', severity, message, offset: index })
  }
}
