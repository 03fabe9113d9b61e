import { isRecord, type ToolCall } from './calls.rules.ts'
import { claudeCodeCalls } from './claude-code.rules.ts'
import { CodexReader } from './codex.rules.ts'

/**
 * A line without one of these has no call, and nothing that later calls need. `tool_use` ends both kinds of block; its
 * last letters are found six times as fast, because few words begin with that line.
 */
const TELLING = {
  'claude-code': ['_use"'].map((text) => Buffer.from(text)),
  codex: ['_call"', '"session_meta"', '"turn_context"'].map((text) => Buffer.from(text)),
} as const

const NEWLINE = 10

/**
 * The tool calls in the bytes of a recording, reading only the lines that have some: most of a recording is what tools
 * answered. The same call, repeated by a session that went on, is given once by whoever shares `seen`.
 */
export function* callsIn(bytes: Buffer, seen: Set<string> = new Set()): Generator<ToolCall> {
  const codex = new CodexReader()
  const needles = TELLING[isCodex(bytes) ? 'codex' : 'claude-code']
  for (const [start, end] of tellingLines(bytes, needles)) {
    const value = parsed(bytes.toString('utf8', start, end))
    if (!isRecord(value)) continue
    const calls = codex.calls(value, start) ?? claudeCodeCalls(value, start) ?? []
    for (const call of calls) {
      if (seen.has(call.callId)) continue
      seen.add(call.callId)
      yield call
    }
  }
}

/** Each line of Codex names its kind beside its payload. */
function isCodex(bytes: Buffer): boolean {
  const end = bytes.indexOf(NEWLINE)
  return bytes.subarray(0, end < 0 ? bytes.length : end).includes('"payload"')
}

/** Lines that hold one of the needles, in order. The memory is searched once for each needle, not once for each line. */
function* tellingLines(bytes: Buffer, needles: readonly Buffer[]): Generator<readonly [start: number, end: number]> {
  const { length } = bytes
  const find = (needle: Buffer, from: number): number => {
    const at = bytes.indexOf(needle, from)
    return at < 0 ? length : at
  }
  const next = needles.map((needle) => find(needle, 0))
  for (let at = Math.min(...next); at < length; at = Math.min(...next)) {
    const start = bytes.lastIndexOf(NEWLINE, at) + 1
    const found = bytes.indexOf(NEWLINE, at)
    const end = found < 0 ? length : found
    for (const [index, needle] of needles.entries()) {
      if ((next[index] ?? 0) < end) next[index] = find(needle, end)
    }
    yield [start, end]
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
