import { cut } from '#core/kernel/text'
import { parse } from 'unbash'
import type { ParsedScript } from 'unbash'
import type { Danger, Grade, Modifier } from './schema.ts'
import { dangerRank } from './schema.ts'
import { exec } from './shell-call.rules.ts'
import type { Hit, State } from './shell-state.rules.ts'
import { LIMITS, report, TooMuchWork } from './shell-state.rules.ts'
import { isWindowsName, judgeWindows } from './shell-windows.rules.ts'
import type { Walker } from './shell-walk.rules.ts'
import { walkScript, walkText } from './shell-walk.rules.ts'

const TOO_LONG: Hit = {
  danger: 'high',
  code: 'shell.too_long',
  type: 'security',
  say: 'The command is longer than what can be judged.',
}
const NOTHING: Hit = { danger: 'none', code: 'shell.nothing', type: 'review', say: 'Runs nothing.' }
const BROKEN: Hit = {
  danger: 'high',
  code: 'shell.unjudged',
  type: 'security',
  say: 'The command could not be judged.',
}
/** As grave as can be, so that padding a command never makes it look better than it is. */
const TOO_MUCH: Hit = {
  danger: 'catastrophic',
  code: 'shell.too_much_work',
  type: 'security',
  say: 'The command expands beyond what any ordinary command needs.',
  flag: 'obfuscated',
}
const CONTROL_CHARS: Hit = {
  danger: 'elevated',
  code: 'shell.control_characters',
  type: 'other',
  say: 'The command contains characters that hide text.',
}

function newState(): Walker {
  const state: State = {
    vars: new Map(),
    lists: new Map(),
    functions: new Map(),
    called: new Set(),
    files: new Map(),
    findings: [],
    flags: new Set(),
    writePaths: new Set(),
    hosts: new Set(),
    cwd: null,
    worst: null,
    depth: 0,
    calls: 0,
    work: 0,
    target: null,
    run: (text, stdin) => walkText(walker, text.slice(0, LIMITS.text), stdin),
    exec: (argv, stdin) => exec(argv, stdin, state),
  }
  const sub = (script: ParsedScript) => {
    const { cwd } = state
    const flow = walkScript(walker, script, '', null)
    state.cwd = cwd
    return flow
  }
  const walker: Walker = { state, sub, exec: state.exec }
  return walker
}

/** Risk points per danger and action type; deploys weigh what the contract gives them. */
const BASE: Readonly<Record<Danger, number>> = { none: 5, low: 30, elevated: 50, high: 80, catastrophic: 90 }

function baseRisk(hit: Hit): number {
  if (hit.danger === 'elevated' && hit.type === 'deploy') return 75
  if (hit.danger === 'low' && hit.type === 'apply') return 35
  return BASE[hit.danger]
}

function modifiersOf(state: State): readonly Modifier[] {
  const modifiers: Modifier[] = []
  if (state.flags.has('protected_target')) modifiers.push({ factor: 'protected_target', delta: 20 })
  if (state.flags.has('secret_exposure')) modifiers.push({ factor: 'secret_exposure', delta: 15 })
  if (state.flags.has('privileged')) modifiers.push({ factor: 'privileged', delta: 10 })
  if (state.flags.has('obfuscated')) modifiers.push({ factor: 'obfuscated', delta: 10 })
  return modifiers
}

function gradeOf(state: State): Grade {
  const hit = state.worst ?? NOTHING
  const modifiers = modifiersOf(state)
  const base = baseRisk(hit)
  const total = Math.max(
    0,
    Math.min(
      100,
      modifiers.reduce((sum, modifier) => sum + modifier.delta, base),
    ),
  )
  const reasons = state.findings.toSorted((a, b) => dangerRank(b.danger) - dangerRank(a.danger))
  return {
    danger: hit.danger,
    actionType: hit.type,
    baseRisk: base,
    modifiers,
    total,
    flags: [...state.flags],
    reasons,
    writePaths: [...state.writePaths].slice(0, 100),
    hosts: [...state.hosts].slice(0, 100),
    target: state.target,
  }
}

/** A text with a Windows program in front of any segment is read by Windows rules as well. */
function looksWindows(command: string, failed: boolean): boolean {
  for (const match of command.matchAll(/(?:^|[;&|\n({][^\S\n]*)([A-Za-z][\w-]*)(?:\.exe)?(?=[\s;|&)]|$)/g))
    if (isWindowsName(match[1] ?? '')) return true
  return (
    failed && /\b(?:Remove-Item|Invoke-|New-Object|\$env:|iex|Get-|(?:rd|del|erase|rmdir) \/[sfq]\b)/i.test(command)
  )
}

/** Zero-width and direction marks, NUL and backspace: they make a person read something else. */
const HIDING = new RegExp(String.raw`[\u200b-\u200f\u202a-\u202e\u2066-\u2069\u0000\u0008\ufeff]`)

function walk(command: string, walker: Walker): void {
  const { state } = walker
  if (command.length > LIMITS.text) report(state, TOO_LONG, cut(command, 200))
  const text = cut(command, LIMITS.text)
  const script = parse(text)
  walkScript(walker, script, text, null)
  for (const [name, body] of state.functions) if (!state.called.has(name)) body()
  if (HIDING.test(text)) report(state, CONTROL_CHARS, text)
  if (looksWindows(text, script.errors !== undefined && script.errors.length > 0)) judgeWindows(text, state)
}

/**
 * Grades a shell command by what it would run: every command in it, after quoting, variables and wrappers are resolved.
 * Pure and bounded; what cannot be judged is graded up, and no text makes it throw.
 */
export function gradeShell(command: string): Grade {
  const walker = newState()
  try {
    walk(command, walker)
  } catch (error) {
    report(walker.state, error instanceof TooMuchWork ? TOO_MUCH : BROKEN, cut(command, 200))
  }
  return gradeOf(walker.state)
}
