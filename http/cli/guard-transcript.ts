import { readFileSync } from 'node:fs'
import { guardRequests, readTranscript, type ToolRequest, type ToolCall } from '#core/transcripts/index'
import { WritError, type Connection, type OutputOf } from '../client/index.ts'
import type { RemoteOptions } from './define.ts'
import { CliError } from './failure.ts'
import { connect } from './remote.ts'
import { paint, paintDecision, say, sayJson, sayTable, sentences } from './terminal.ts'

interface TranscriptOptions extends RemoteOptions {
  readonly agent?: string
}

interface Asked {
  readonly file: string
  readonly call: ToolCall
  readonly recorded: ToolRequest
}

interface Judged extends Asked {
  readonly answer: OutputOf<'guard_evaluate'> | null
  /** Why guard would not judge it. */
  readonly error: string | null
}

/** Calls in flight: the server commits decisions that arrive together in one go. */
const PARALLEL = 16

/** Asks guard about every tool call of recorded sessions, as their agent would have been asked. */
export async function guardTranscripts(files: readonly string[], options: TranscriptOptions): Promise<void> {
  const { asked, problems } = readAll(files, options.agent)
  const connection = connect(options)
  const judged: Judged[] = []
  for (let index = 0; index < asked.length; index += PARALLEL) {
    judged.push(...(await Promise.all(asked.slice(index, index + PARALLEL).map((one) => judge(connection, one)))))
  }
  if (options.json) sayJson({ calls: judged.map(toJson), counts: countsOf(judged), problems })
  else sayJudged(judged, problems)
  if (judged.some(({ error }) => error !== null)) process.exitCode = 1
}

function readAll(files: readonly string[], agent: string | undefined): { asked: Asked[]; problems: string[] } {
  const asked: Asked[] = []
  const problems: string[] = []
  for (const file of files) {
    const transcript = readTranscript(readFileSync(file, 'utf8'))
    if (transcript.format === null) throw new CliError(`${file} is no recording of Claude Code or Codex.`)
    problems.push(...transcript.problems.map((problem) => `${file}: ${problem}`))
    for (const call of transcript.calls) {
      for (const recorded of guardRequests(call)) {
        const request = agent === undefined ? recorded.request : { ...recorded.request, agent_id: agent }
        asked.push({ file, call, recorded: { ...recorded, request } })
      }
    }
  }
  return { asked, problems }
}

/** A request that guard refuses is told in its row; a server that is gone ends the run. */
async function judge(connection: Connection, asked: Asked): Promise<Judged> {
  try {
    return { ...asked, answer: await connection.call('guard_evaluate', asked.recorded.request), error: null }
  } catch (error) {
    if (!(error instanceof WritError) || error.status !== 400) throw error
    return { ...asked, answer: null, error: [error.message, ...(error.details ?? [])].join('; ') }
  }
}

function reasonOf({ answer, error, recorded }: Judged): string {
  const told = error ?? sentences([...(answer?.reasons ?? []), ...(answer?.warnings ?? [])])
  const reason = told === '' ? 'no policy objects' : told
  return recorded.cut ? `${reason} (too long: judged by its beginning)` : reason
}

function toJson(judged: Judged): object {
  const { file, call, recorded, answer } = judged
  return {
    file,
    line: call.line,
    call_id: call.callId,
    tool: call.tool,
    summary: recorded.summary,
    decision: answer?.decision ?? null,
    reason: reasonOf(judged),
    risk_score: answer?.risk_score ?? null,
    decision_id: answer?.decision_id ?? null,
    cut: recorded.cut,
  }
}

function countsOf(judged: readonly Judged[]): Record<string, number> {
  const counts: Record<string, number> = { allow: 0, warn: 0, require_approval: 0, block: 0, refused: 0 }
  for (const { answer } of judged) {
    const name = answer?.decision ?? 'refused'
    counts[name] = (counts[name] ?? 0) + 1
  }
  return counts
}

function sayJudged(judged: readonly Judged[], problems: readonly string[]): void {
  for (const file of new Set(judged.map((one) => one.file))) {
    say(paint('bold', file))
    const rows = judged
      .filter((one) => one.file === file)
      .map((one) => [
        one.call.line,
        one.call.tool,
        one.recorded.summary,
        { painted: paintDecision(one.answer?.decision ?? 'refused') },
        one.answer?.risk_score ?? null,
        reasonOf(one),
      ])
    sayTable(['LINE', 'TOOL', 'ACT', 'DECISION', 'RISK', 'REASON'], rows)
    say()
  }
  for (const problem of problems) say(paint('yellow', problem))
  const counts = Object.entries(countsOf(judged)).filter(([, count]) => count > 0)
  say(`${judged.length} acts: ${counts.map(([name, count]) => `${count} ${name}`).join(', ') || 'none'}`)
}
