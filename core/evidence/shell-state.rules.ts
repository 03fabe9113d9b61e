import type { Danger, Finding } from './schema.ts'
import { dangerRank } from './schema.ts'

/** Stands in resolved text for a part whose value is not known; a private-use character no real command needs. */
export const HOLE = '\uE000'

/** Where a piece of text may come from; a bit set. */
export const TAINT = { unknown: 1, remote: 2, secret: 4, decoded: 8, listing: 16, named: 32, shell: 64 } as const

/** `work` is in characters read or built; other steps are charged at what they cost in comparison, about 10 ns a unit. */
export const LIMITS = { depth: 14, calls: 5000, fields: 2048, text: 65_536, work: 1_000_000 } as const

/** What a step costs beside the characters it reads. */
export const COST = { call: 200, arg: 40, write: 1500, glob: 500 } as const

/** Thrown through the whole walk when a text asks for more work than any honest command needs. */
export class TooMuchWork extends Error {
  override readonly name = 'TooMuchWork'
}

/** One word after quote removal and expansion. */
export interface Arg {
  readonly text: string
  readonly raw: string
  readonly taint: number
  readonly glob: boolean
}

/** What runs through a pipe or a substitution; `text` is null when nothing of it is known. */
export interface Flow {
  readonly text: string | null
  readonly taint: number
}

export interface Hit {
  readonly danger: Danger
  readonly code: string
  readonly type: string
  readonly say: string
  readonly flag?: string
}

export interface Call {
  readonly name: string
  readonly args: readonly Arg[]
  readonly stdin: Flow | null
  readonly state: State
}

/** Everything that changes while one command text is walked. */
export interface State {
  readonly vars: Map<string, Flow>
  readonly lists: Map<string, readonly Arg[]>
  readonly functions: Map<string, () => void>
  readonly called: Set<string>
  readonly files: Map<string, Flow>
  readonly findings: Finding[]
  readonly flags: Set<string>
  readonly writePaths: Set<string>
  readonly hosts: Set<string>
  cwd: string | null
  worst: Hit | null
  depth: number
  calls: number
  work: number
  target: string | null
  /** Parses and walks a text; the ports break the cycle between commands and the walker. */
  readonly run: (text: string, stdin: Flow | null) => Flow
  readonly exec: (argv: readonly Arg[], stdin: Flow | null) => Flow
}

/** Pays for a step before it is taken: expansions double, so that a short text can ask for any amount of memory. */
export function charge(state: Pick<State, 'work'>, units: number): void {
  state.work += units
  if (state.work > LIMITS.work) throw new TooMuchWork('The text expands beyond what can be judged.')
}

export const NOTHING: Flow = { text: null, taint: 0 }
export const EMPTY: Flow = { text: '', taint: 0 }

export function literal(text: string, taint = 0): Arg {
  return { text, raw: text, taint, glob: false }
}

export function known(text: string): string {
  return text.replaceAll(HOLE, '')
}

export function has(taint: number, bit: keyof typeof TAINT): boolean {
  return (taint & TAINT[bit]) !== 0
}

/** Single quotes keep every character, so that an argument list can be read again as a script. */
export function quote(text: string): string {
  return /^[\w./:=@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}

function span(text: string): string {
  return known(text).trim().slice(0, 200)
}

const FINDINGS_MAX = 40

/** Records how grave a command is; from `elevated` on also as a finding that a person reads. */
export function report(state: State, hit: Hit, text: string): void {
  const { worst } = state
  if (worst === null || dangerRank(hit.danger) > dangerRank(worst.danger)) state.worst = hit
  if (hit.flag !== undefined) state.flags.add(hit.flag)
  if (dangerRank(hit.danger) < 2 || state.findings.length >= FINDINGS_MAX) return
  const found = span(text)
  if (state.findings.some((f) => f.code === hit.code && f.span === found)) return
  state.findings.push({ code: hit.code, message: hit.say, span: found, danger: hit.danger })
}

export function callText(call: Call): string {
  return [call.name, ...call.args.map((arg) => arg.text)].join(' ')
}

export function reportCall(call: Call, hit: Hit): void {
  report(call.state, hit, callText(call))
}
