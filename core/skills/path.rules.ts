import { findingAt, visible } from './finding.rules.ts'
import type { Severity, SkillFinding } from './schema.ts'
import type { SkillText } from './text.rules.ts'

interface PathRule {
  readonly name: string
  readonly severity: Severity
  readonly message: string
  readonly fits: (path: string) => boolean
}

const RULES: readonly PathRule[] = [
  {
    name: 'traversal',
    severity: 'high',
    message: 'The path leaves the folder of the skill.',
    fits: (path) => path.split(/[\\/]/).includes('..'),
  },
  {
    name: 'absolute',
    severity: 'high',
    message: 'The path is absolute: unpacking it writes outside the skill.',
    fits: (path) => /^([\\/~]|[a-zA-Z]:)/.test(path),
  },
  {
    name: 'hidden_characters',
    severity: 'high',
    message: 'The name holds characters that do not show.',
    fits: (path) => visible(path) !== path,
  },
  {
    name: 'backslash',
    severity: 'medium',
    message: 'The name holds a backslash, which is a folder on some systems.',
    fits: (path) => path.includes('\\'),
  },
  {
    name: 'link_like',
    severity: 'medium',
    message: 'The name looks like a link to somewhere else.',
    fits: (path) => path.includes(' -> ') || /\.(lnk|url|webloc|symlink|desktop)$/i.test(path),
  },
  {
    name: 'host_settings',
    severity: 'high',
    message: 'The skill brings hooks, settings or servers for the agent client, which act without being read.',
    fits: (path) =>
      /(^|\/)(\.claude|\.codex|\.cursor|\.gemini)\/|(^|\/)(hooks\/hooks\.json|\.mcp\.json|\.git\/)/i.test(path),
  },
  {
    name: 'double_ending',
    severity: 'medium',
    message: 'A program under the name of a document.',
    fits: (path) => /\.(md|txt|pdf|png|jpe?g|csv|docx?)\.(sh|bash|py|js|mjs|exe|bat|cmd|ps1|scr|com|vbs)$/i.test(path),
  },
]

export function* pathFindings(file: SkillText): Generator<SkillFinding> {
  for (const { name, severity, message, fits } of RULES) {
    if (fits(file.path)) yield findingAt(file, { rule: `path.${name}`, severity, message })
  }
  if (file.kind === 'link') yield linkFinding(file)
}

function linkFinding(file: SkillText): SkillFinding {
  const target = file.text.trim()
  const depth = file.path.split('/').length - 1
  const up = target.split('/').filter((part) => part === '..').length
  const isOutside = /^([\\/~]|[a-zA-Z]:)/.test(target) || up > depth
  const message = isOutside
    ? `A link that points outside the skill: ${visible(target).slice(0, 100)}`
    : 'A link; what it shows is not seen by this scan.'
  return findingAt(file, { rule: 'path.link', severity: isOutside ? 'high' : 'medium', message })
}

/** Two names that are one on some file systems: which of them is read depends on the machine. */
export function* sameNames(files: readonly SkillText[]): Generator<SkillFinding> {
  const seen = new Set<string>()
  for (const file of files) {
    const folded = file.path.normalize('NFKC').toLowerCase()
    const message = 'Two files have the same name where case or accents do not count.'
    if (seen.has(folded)) yield findingAt(file, { rule: 'path.same_name', severity: 'high', message })
    seen.add(folded)
  }
}
