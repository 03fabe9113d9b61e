import type { Host } from './hosts.rules.ts'

export const ERROR_TYPES = ['timeout', 'permission', 'not_found', 'interrupted', 'runtime'] as const
export type ErrorType = (typeof ERROR_TYPES)[number]

export interface ToolOutcome {
  readonly failed: boolean
  readonly errorType: ErrorType | null
  /** What the tool gave or why it failed, whole; the caller cuts and redacts. */
  readonly text: string
}

interface Ended {
  readonly host: Host
  readonly event: string | undefined
  readonly response: unknown
  readonly error: unknown
  readonly interrupted: boolean
}

/** How a tool call ended, from what the host tells after it. */
export function outcomeOf({ event, response, error, interrupted }: Ended): ToolOutcome {
  const fields = isRecord(response) ? response : {}
  const told = error ?? (event === 'PostToolUseFailure' ? (response ?? 'The tool failed.') : undefined)
  const code = fields['exit_code'] ?? fields['exitCode'] ?? fields['returncode']
  const stopped = interrupted || fields['interrupted'] === true
  const failed =
    stopped || (told !== undefined && told !== null && told !== '') || fields['isError'] === true || exitFailed(code)
  const text = textOf(told ?? response)
  return { failed, errorType: failed ? errorTypeOf(text, stopped) : null, text }
}

/** Codex writes the exit code into the text it shows the model. */
function exitFailed(code: unknown): boolean {
  return typeof code === 'number' && code !== 0
}

/** Words of shells, Node and Python for the same few causes. */
function errorTypeOf(text: string, stopped: boolean): ErrorType {
  if (stopped) return 'interrupted'
  if (/timed? ?out|ETIMEDOUT|deadline exceeded/i.test(text)) return 'timeout'
  if (/permission denied|EACCES|EPERM|not permitted|forbidden|unauthori[sz]ed/i.test(text)) return 'permission'
  if (/no such file|not found|ENOENT|does not exist/i.test(text)) return 'not_found'
  return 'runtime'
}

const WORDS = ['stdout', 'stderr', 'text', 'message', 'output', 'error', 'content']

function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (value === undefined || value === null) return ''
  if (Array.isArray(value)) return value.map(textOf).join('\n')
  if (!isRecord(value)) return JSON.stringify(value)
  const told = WORDS.filter((name) => Object.hasOwn(value, name))
  if (told.length === 0) return JSON.stringify(value)
  return told
    .map((name) => textOf(value[name]))
    .filter((text) => text !== '')
    .join('\n')
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
