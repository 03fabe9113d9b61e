import { buildGrade, span } from './build-grade.rules.ts'
import type { ContentRule } from './file-content.rules.ts'
import { CONTENT_RULES, FIXTURE, foreignPackageSource, PROSE, SHELL_SCRIPT } from './file-content.rules.ts'
import { PLACES } from './file-places.rules.ts'
import type { PathClass } from './path.rules.ts'
import { classifyPath } from './path.rules.ts'
import type { FileWrite, Finding, Grade, Modifier } from './schema.ts'
import { dangerRank } from './schema.ts'

/** Grades the text of a shell script; given by the caller, so that shell and file rules do not import each other. */
export type GradeScript = (script: string) => Grade

const BASE = 35

const KIND_FINDINGS: Partial<Record<PathClass['kind'], Finding>> = {
  system_root: {
    code: 'file.system_root',
    message: 'This path is a root of the system, not a file.',
    danger: 'catastrophic',
  },
  home_root: { code: 'file.home_root', message: 'This path is a whole home folder.', danger: 'catastrophic' },
  device: { code: 'file.device', message: 'This writes to a raw device.', danger: 'catastrophic' },
  system: { code: 'file.system', message: 'This file belongs to the operating system.', danger: 'high' },
  control_plane: { code: 'file.agent_control', message: 'This file decides what an agent may do.', danger: 'high' },
  secret: { code: 'file.secret', message: 'This file holds secrets.', danger: 'elevated' },
  ci_deploy: { code: 'file.deploy', message: 'This file decides what is built and deployed.', danger: 'elevated' },
  vcs: { code: 'file.vcs', message: 'This file belongs to version control.', danger: 'elevated' },
}

const GOVERNANCE_OFF =
  /disableAllHooks"?\s*[:=]\s*true|"(?:defaultMode|permission_?mode)"\s*:\s*"(?:bypassPermissions|dontAsk)|dangerously[-_]?skip|approval_policy\s*=\s*"never"|sandbox_mode\s*=\s*"danger|"hooks"\s*:\s*\{\s*\}|"(?:PreToolUse|PostToolUse)"\s*:\s*\[\s*\]|"allow"\s*:\s*\[\s*"(?:\*|Bash(?:\(\*(?::\*)?\))?)"|"?mode"?\s*[:=]\s*"?(?:observe|off|disabled)\b|enforce"?\s*[:=]\s*(?:false|0)\b/i

function placeFinding(path: string, kind: PathClass['kind']): Finding | null {
  const place = PLACES.find((rule) => rule.path.test(path))
  if (place) return { code: place.code, message: place.message, danger: place.danger, span: span(path) }
  const generic = KIND_FINDINGS[kind]
  return generic ? { ...generic, span: span(path) } : null
}

function contentFindings(path: string, content: string): Finding[] {
  const foreign = foreignPackageSource(path, content)
  if (foreign) {
    const message = 'Packages would come from a source that is not the public registry.'
    return [{ code: 'file.foreign_registry', message, danger: 'high', span: span(foreign) }]
  }
  if (PROSE.test(path)) return []
  const applies = (rule: ContentRule): boolean => (rule.path ? rule.path.test(path) : !FIXTURE.test(path))
  return CONTENT_RULES.filter(applies).flatMap(({ code, message, danger, content: pattern }) => {
    const hit = pattern.exec(content)
    return hit ? [{ code, message, danger, span: span(hit[0]) }] : []
  })
}

/** A script is not run by being written: what it would do is capped at high. */
function scriptFinding(path: string, content: string, grade: GradeScript): Finding[] {
  const isScript = SHELL_SCRIPT.test(path) || /^#!\s*\S*\b(?:env\s+)?(?:ba|z|da|k)?sh\b/.test(content)
  if (!isScript || FIXTURE.test(path) || PROSE.test(path)) return []
  const graded = grade(content)
  const worst = graded.reasons[0]
  if (!worst || dangerRank(graded.danger) < dangerRank('high')) return []
  return [{ ...worst, code: 'file.script', message: `The script would, when run: ${worst.message}`, danger: 'high' }]
}

function modifiersOf(kind: PathClass['kind']): Modifier[] {
  if (kind === 'ci_deploy') return [{ factor: 'deploy_config', delta: 15 }]
  const sensitive = ['secret', 'control_plane', 'system', 'vcs', 'device', 'system_root', 'home_root'].includes(kind)
  return sensitive ? [{ factor: `path_${kind}`, delta: 20 }] : []
}

/**
 * Grades writing a file, by where it lies and what is in the excerpt. Never throws.
 * Without `gradeScript` the text of shell scripts is judged by the content patterns alone.
 */
export function gradeFile(file: FileWrite, gradeScript?: GradeScript): Grade {
  const { kind, normalised } = classifyPath(file.path)
  const path = normalised.toLowerCase()
  const content = (file.content_excerpt ?? '').slice(0, 16_384)
  const findings: Finding[] = []
  const place = placeFinding(path, kind)
  if (place) findings.push(place)
  if (/\0/.test(file.path) || file.path.trim() === '') {
    findings.push({ code: 'file.odd_path', message: 'The path is empty or has a NUL in it.', danger: 'elevated' })
  }
  if ((kind === 'control_plane' || place?.code === 'file.agent_control') && GOVERNANCE_OFF.test(content)) {
    const message = 'The new settings would switch checks off.'
    findings.push({ code: 'file.governance_off', message, danger: 'catastrophic' })
  }
  if (content) findings.push(...contentFindings(path, content))
  if (content && gradeScript) findings.push(...scriptFinding(path, content, gradeScript))
  if (/(?:^|\/)node_modules\/.+\.[cm]?js$/.test(path)) {
    findings.push({
      code: 'file.installed_code',
      message: 'This changes installed third-party code.',
      danger: 'elevated',
    })
  }
  return buildGrade({
    actionType: findings.some(({ danger }) => dangerRank(danger) >= dangerRank('high')) ? 'security' : 'apply',
    baseRisk: BASE,
    atLeast: 'low',
    findings,
    modifiers: modifiersOf(kind),
    flags: [...new Set(findings.map(({ code }) => code.replace('file.', '')))],
    writePaths: [normalised],
    target: normalised,
  })
}
