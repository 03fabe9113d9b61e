import { gradeAct, type Finding, type Grade } from '#core/evidence/index'
import { blocksOf, type Block } from './blocks.rules.ts'
import { findingAt } from './finding.rules.ts'
import type { Severity, SkillFinding } from './schema.ts'
import type { Language, SkillText } from './text.rules.ts'
import { isWarned, lowered } from './warned.rules.ts'

/** What no honest skill needs, wherever it stands. */
const HOSTILE =
  /(?:^|\.)(?:reverse_shell|raw_socket|exfiltrates|secret_sent|secret_sent_out|decoded_exec|decoded_code|fork_bomb|disk_erase|device_write|governance_off|self_approval|governance|agent_control|history_off|remove_root|remove_unbound_root|remove_history|remove_control_plane|remove_secret|mode_root|setuid|preload|drop|file_sent|ssh|startup_code|shell_start|scheduled|git_runs_program|git_hook|accounts|hidden_call|disguised|metadata|command_in_body|new_key)$/
/** What was not understood, rather than found to be bad. */
const UNREAD = /\.(?:too_long|unparsed|unjudged|part|too_complex|too_much_work)$/
/** Reading of what is secret; bad beside a way out. */
const SECRET = /\.(?:secret_read|keychain|secret|credentials|env)$/
/** A program from elsewhere, run as it comes. */
const REMOTE = /\.(?:remote_exec|remote_code|foreign_registry)$/

/** More than any honest file shows; the rest is not read, and that is told. */
const MAX_BLOCKS = 1000
const TOO_MANY = { rule: 'act.too_many', severity: 'medium', message: 'More commands than were read.' } as const

/** Every command and program of the file, graded by what it would do. Yields null between two of them. */
export function* actFindings(file: SkillText): Generator<SkillFinding | null> {
  if (file.kind === 'data') yield* configured(file)
  let blocks = 0
  for (const block of blocksOf(file)) {
    if (++blocks > MAX_BLOCKS) {
      yield findingAt(file, { ...TOO_MANY, offset: block.offset })
      break
    }
    yield* judged(file, block)
    yield null
  }
}

/** Files that other programs obey: install scripts, pipelines, settings. */
function* configured(file: SkillText): Generator<SkillFinding | null> {
  for (let from = 0; from < file.text.length && from < MAX_CONFIGURED; from += EXCERPT) {
    const excerpt = { path: file.path.slice(-1024), content_excerpt: file.text.slice(from, from + EXCERPT) }
    for (const { code, danger, message, span } of gradeAct({ kind: 'file', file: excerpt }).reasons) {
      if (danger !== 'high' && danger !== 'catastrophic') continue
      const severity =
        danger === 'catastrophic' || HOSTILE.test(code) || REMOTE.test(code) || LOADS.test(code) ? 'high' : 'medium'
      const offset = from + placeOf(excerpt.content_excerpt, span)
      yield findingAt(file, {
        rule: `act.${code.replace(/^\w+\./, '')}`,
        severity,
        message: `A file that is obeyed: ${message}`,
        offset,
      })
    }
    yield null
  }
}

/** Source: what evidence reads of a file. */
const EXCERPT = 4096
const MAX_CONFIGURED = 16 * EXCERPT
const LOADS = /\.install_script$/

/** Run as it comes from an address that nobody vouches for. */
const FOREIGN_PACKAGE =
  /\b(?:npx|bunx|uvx|pipx run|(?:npm|pnpm|yarn) (?:i|install|add|dlx|exec)|pip3? install|go run)\b[^\n|;&]{0,80}(?:github:|git\+|https?:\/\/)/
const FOREIGN = {
  rule: 'act.foreign_package',
  severity: 'medium',
  message: 'Runs or installs a package from an address instead of a registry.',
} as const

function* judged(file: SkillText, block: Block): Generator<SkillFinding> {
  const foreign = FOREIGN_PACKAGE.exec(block.text)
  if (foreign) yield findingAt(file, { ...FOREIGN, offset: block.offset + foreign.index })
  const grade = gradeAct({ kind: 'shell', command: asCommand(block) })
  const told = new Set<string>()
  for (const reason of grade.reasons) {
    const severity = severityOf(reason, grade, block)
    if (severity === null || told.has(reason.code)) continue
    told.add(reason.code)
    const offset = block.offset + placeOf(block.text, reason.span)
    // A program in a document shows how a library is used more often than it is run.
    const isQuoted =
      block.place === 'shown' && (block.language !== 'shell' || isWarned(file, block.offset, block.text.length))
    yield findingAt(file, {
      rule: `act.${reason.code.replace(/^\w+\./, '')}`,
      severity: isQuoted ? lowered(severity) : severity,
      message: `${PLACES[block.place]}: ${reason.message}`,
      offset,
    })
  }
  if (block.place === 'on_load' && grade.danger !== 'none' && grade.danger !== 'low') {
    const message = 'Is run when the skill is read, before anybody sees it.'
    yield findingAt(file, { rule: 'act.on_load', severity: 'medium', message, offset: block.offset })
  }
}

const PLACES: Readonly<Record<Block['place'], string>> = {
  script: 'A script of the skill',
  on_load: 'A command that is run when the skill is read',
  shown: 'A command for the agent',
}

function severityOf({ code, danger }: Finding, { reasons, hosts }: Grade, block: Block): Severity | null {
  if (danger === 'none' || danger === 'low') return null
  const name = code.slice(code.indexOf('.'))
  if (UNREAD.test(name)) return block.place === 'shown' ? null : 'medium'
  if (HOSTILE.test(name)) return danger === 'elevated' ? 'medium' : 'high'
  if (REMOTE.test(name)) return stays(reasons) ? 'high' : remoteSeverity(block)
  if (SECRET.test(name)) {
    if (leaves(reasons, hosts, block)) return 'high'
    // A project's own settings are written and read by many an honest script.
    return name === '.env' ? null : 'medium'
  }
  if (danger === 'catastrophic') return 'high'
  return danger === 'high' ? 'medium' : null
}

function leaves(reasons: readonly Finding[], hosts: readonly string[], { text }: Block): boolean {
  return hosts.length > 0 || reasons.some(({ code }) => code === 'code.network') || SENDS.test(text)
}

/** Not run now but from now on, by another program. */
function stays(reasons: readonly Finding[]): boolean {
  return reasons.some(({ code }) => code.endsWith('.helper') || code.startsWith('file.'))
}

const SENDS =
  /\b(?:requests\.(?:post|put)|urlopen|http\.client|fetch\(|axios|XMLHttpRequest|https?\.request|Net::HTTP|LWP::|socket\.|smtplib|Invoke-WebRequest|Invoke-RestMethod|nc |curl |wget )/

/** An installer that people are shown is common and worth a look; one that runs by itself, or comes unencrypted, is not. */
function remoteSeverity({ place, text }: Block): Severity {
  const isPlain = /https:\/\//.test(text) && !/http:\/\/|https:\/\/\d{1,3}(?:\.\d{1,3}){3}|\bbase64\b/.test(text)
  return place === 'shown' && isPlain ? 'medium' : 'high'
}

/** Evidence reads shell; other languages stand in a here-document of their interpreter. */
function asCommand({ text, language }: Block): string {
  const interpreter = INTERPRETERS[language]
  return interpreter === null ? text : `${interpreter} <<'WRIT_SKILL_END'\n${text}\nWRIT_SKILL_END`
}

const INTERPRETERS: Readonly<Record<Language, string | null>> = {
  shell: null,
  batch: null,
  powershell: null,
  python: 'python3',
  node: 'node',
  ruby: 'ruby',
  perl: 'perl',
  php: 'php',
}

function placeOf(text: string, span: string | undefined): number {
  const found = span === undefined ? -1 : text.indexOf(span.slice(0, 40))
  return found < 0 ? text.length - text.trimStart().length : found
}
