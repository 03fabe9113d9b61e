import { gradeAct } from '#core/evidence/index'
import { MEDIUM_SCORE, scanInjection, secretScan } from '#core/scans/index'
import { findingAt } from './finding.rules.ts'
import type { SkillFinding } from './schema.ts'
import type { SkillText } from './text.rules.ts'

const BASE64 = /[A-Za-z0-9+/_-]{24,}={0,2}/g
const HEX = /(?:\\x[0-9a-fA-F]{2}){12,}|\b(?:[0-9a-fA-F]{2}){24,}\b/g
const MAX_RUN = 65_536
const MAX_DECODED = 8000
const MAX_RUNS = 200
const MAX_DEPTH = 3

/** Runs of base64 and hexadecimal digits that decode to something that is run or obeyed. */
export function* encodedFindings(file: SkillText): Generator<SkillFinding | null> {
  let runs = 0
  for (const { 0: run, index } of candidates(file.text)) {
    if (++runs > MAX_RUNS) {
      yield findingAt(file, TOO_MANY)
      break
    }
    const hides = hidden(run, 0)
    yield null
    if (hides === null) continue
    const message = `Encoded text that hides ${hides}.`
    yield findingAt(file, { rule: 'encoded.payload', severity: 'high', message, offset: index })
  }
}

const TOO_MANY = {
  rule: 'encoded.too_many',
  severity: 'medium',
  message: 'More encoded runs than were read.',
} as const

function* candidates(text: string): Generator<RegExpExecArray> {
  for (const match of text.matchAll(BASE64)) if (looksEncoded(match[0])) yield match
  yield* text.matchAll(HEX)
}

/** Words, paths and names are long runs of the same characters: what is encoded has capitals or digits strewn in. */
function looksEncoded(run: string): boolean {
  return /[A-Z]/.test(run) && /[a-z]/.test(run) && !/^(?:[A-Za-z]+[/_-])+[A-Za-z]*$/.test(run.slice(0, 200))
}

/** What the run decodes to, when that is a danger. */
function hidden(run: string, depth: number): string | null {
  const text = decoded(run)
  if (text === null) return null
  const { danger } = gradeAct({ kind: 'shell', command: text.slice(0, MAX_DECODED) })
  if ((danger === 'high' || danger === 'catastrophic') && COMMAND.test(text)) return 'a command'
  if (
    /\b(?:curl|wget|bash|sh|powershell|Invoke-\w+|eval|exec|os\.system|subprocess|child_process|nc)\b/.test(text) &&
    /[\s(]/.test(text)
  )
    return 'a command'
  if (scanInjection([{ where: 'decoded', text }]).score >= MEDIUM_SCORE) return 'an instruction'
  if (secretScan(text).detected) return 'a secret'
  if (depth >= MAX_DEPTH) return null
  for (const match of candidates(text)) {
    const inner = hidden(match[0], depth + 1)
    if (inner !== null) return inner
  }
  return null
}

const COMMAND = /[a-z]{2,}[\s(./]/i

function decoded(run: string): string | null {
  const hex = run.startsWith('\\x') ? run.replaceAll('\\x', '') : /^(?:[0-9a-fA-F]{2})+$/.test(run) ? run : null
  const bytes = hex === null ? Buffer.from(run.slice(0, MAX_RUN), 'base64') : Buffer.from(hex.slice(0, MAX_RUN), 'hex')
  // PowerShell encodes UTF-16.
  const wide = bytes.length > 8 && bytes[1] === 0 && bytes[3] === 0
  const text = bytes.toString(wide ? 'utf16le' : 'utf8')
  return isReadable(text) ? text : null
}

function isReadable(text: string): boolean {
  const sample = text.slice(0, 2000)
  const plain = sample.replaceAll(/[^\x20-\x7e\n\r\t]/g, '').length
  return sample.length >= 8 && plain / sample.length > 0.95
}
