import type { Danger } from './schema.ts'
import type { Arg, Call, Flow, Hit } from './shell-state.rules.ts'
import { callText, reportCall, TAINT } from './shell-state.rules.ts'

/** What must hold for a rule; every given field must. Words and options are separated by blanks. */
interface Match {
  /** Leading operands in order: `push`, `remote remove|rm`; `*` stands for any one. */
  readonly sub?: string
  readonly any?: string
  readonly all?: string
  readonly none?: string
  /** Tested against each operand after `sub`. */
  readonly arg?: RegExp
  /** Tested against the resolved words joined by blanks. */
  readonly text?: RegExp
}

export interface Rule {
  readonly hit: Hit
  readonly match: Match
  readonly sub: readonly (readonly string[])[]
  readonly any: readonly string[]
  readonly all: readonly string[]
  readonly none: readonly string[]
}

export interface Entry {
  /** Options that take the next word as their value. */
  readonly valued?: string
  /** Long options start with one dash, so `-abc` is one option. */
  readonly long?: true
  /** What the command is when no rule fits. */
  readonly base: Hit
  readonly rules?: readonly Rule[]
  /** Knowledge that needs more than a table; its flow becomes the output. */
  readonly run?: (call: Call) => Flow | undefined
  /** A second look at the hit, where the words alone do not tell. */
  readonly adjust?: (hit: Hit, call: Call) => Hit
}

export type Table = Readonly<Record<string, Entry>>

export interface Parsed {
  readonly flags: ReadonlySet<string>
  readonly operands: readonly Arg[]
}

const words = (list: string | undefined): readonly string[] => (list === undefined ? [] : list.split(' '))

function rule(hit: Hit, match: Match): Rule {
  return {
    hit,
    match,
    sub: words(match.sub).map((word) => word.split('|')),
    any: words(match.any),
    all: words(match.all),
    none: words(match.none),
  }
}

type Make = (code: string, say: string, match: Match, type?: string) => Rule

const maker =
  (danger: Danger, fallback: string): Make =>
  (code, say, match, type = fallback) =>
    rule(
      { danger, code, say, type, ...(danger === 'high' || danger === 'catastrophic' ? { flag: 'destructive' } : {}) },
      match,
    )

export const catastrophic = maker('catastrophic', 'security')
export const high = maker('high', 'security')
export const elevated = maker('elevated', 'apply')
export const low = maker('low', 'apply')
export const none = maker('none', 'review')

export const READ: Hit = { danger: 'none', code: 'shell.read', type: 'review', say: 'Only reads.' }
export const WRITE: Hit = { danger: 'low', code: 'shell.write', type: 'apply', say: 'Changes files of the project.' }
export const BUILD: Hit = { danger: 'low', code: 'shell.build', type: 'build', say: 'Builds or tests the project.' }
export const OTHER: Hit = {
  danger: 'low',
  code: 'shell.other',
  type: 'other',
  say: 'Runs a program that is not known.',
}
export const TOUCHY: Hit = {
  danger: 'elevated',
  code: 'shell.system',
  type: 'apply',
  say: 'Changes the running system.',
}

function addFlag(flags: Set<string>, text: string, long: boolean): void {
  flags.add(text)
  const equals = text.indexOf('=')
  if (equals > 0) flags.add(text.slice(0, equals))
  if (long || text.startsWith('--') || text.length <= 2) return
  for (const letter of text.slice(1)) flags.add(`-${letter}`)
}

/** Splits arguments into options and operands; bundled letters count one by one. */
export function parseArgs(args: readonly Arg[], entry: Pick<Entry, 'valued' | 'long'>): Parsed {
  const flags = new Set<string>()
  const operands: Arg[] = []
  const valued = words(entry.valued)
  let literalFrom = args.length
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as Arg
    const text = arg.text
    if (i >= literalFrom || !text.startsWith('-') || text === '-') {
      operands.push(arg)
      continue
    }
    if (text === '--') {
      literalFrom = i + 1
      continue
    }
    addFlag(flags, text, entry.long === true)
    if (!valued.includes(text)) continue
    const value = args[++i]
    if (value !== undefined) flags.add(`${text}=${value.text}`)
  }
  return { flags, operands }
}

function subFits(rule: Rule, operands: readonly Arg[]): boolean {
  return rule.sub.every((options, i) => {
    const text = operands[i]?.text
    return text !== undefined && (options.includes(text) || options.includes('*'))
  })
}

function fits(rule: Rule, parsed: Parsed, call: Call): boolean {
  const { flags, operands } = parsed
  if (!subFits(rule, operands)) return false
  if (rule.any.length > 0 && !rule.any.some((flag) => flags.has(flag))) return false
  if (!rule.all.every((flag) => flags.has(flag)) || rule.none.some((flag) => flags.has(flag))) return false
  const { arg, text } = rule.match
  if (arg !== undefined && !operands.slice(rule.sub.length).some((operand) => arg.test(operand.text))) return false
  return text === undefined || text.test(callText(call))
}

/** The first rule that fits, in table order: exceptions stand before what they except. */
function firstHit(entry: Entry, call: Call): Hit {
  if (entry.rules === undefined) return entry.base
  if (call.args.at(-1)?.text === '--help') return READ
  const parsed = parseArgs(call.args, entry)
  return entry.rules.find((each) => fits(each, parsed, call))?.hit ?? entry.base
}

/** Hits of commands that print secrets: whatever reads their output holds them. */
const PRINTS_SECRETS = new Set(
  'aws.secret az.secret gcloud.secret gh.token git.credential kube.secret net.gpg_export platform.secret secrets.read system.keychain vault.read'.split(
    ' ',
  ),
)

export function runEntry(entry: Entry, call: Call): Flow | undefined {
  const found = firstHit(entry, call)
  const hit = entry.adjust?.(found, call) ?? found
  reportCall(call, hit)
  const flow = entry.run?.(call)
  return PRINTS_SECRETS.has(hit.code) ? { text: null, taint: TAINT.secret } : flow
}

/** One entry under several names. */
export function same(names: string, entry: Entry): Table {
  return Object.fromEntries(names.split(' ').map((name) => [name, entry]))
}
