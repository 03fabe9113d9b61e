import { readFileSync } from 'node:fs'
import type { InputOf } from '../client/index.ts'
import { UsageError } from './failure.ts'

type GuardInput = InputOf<'guard_evaluate'>

export interface ActOptions {
  readonly type?: string
  readonly goal?: string
  readonly shell?: string
  readonly sql?: string
  readonly file?: string
  readonly content?: string
  readonly url?: string
  readonly method: string
  readonly target?: string
  readonly risk?: string
  readonly agent?: string
  readonly system?: readonly string[]
  readonly irreversible?: boolean
}

/** One act from the command line: at most one of shell, sql, file and url is its evidence. */
export function actOf(options: ActOptions): GuardInput {
  const acts = actsOf(options)
  if (acts.length > 1) throw new UsageError('Give one of --shell, --sql, --file and --url: each call is about one act.')
  const [found] = acts
  if (!found && options.type === undefined) {
    throw new UsageError('Name the act: --type, or one of --shell, --sql, --file and --url.')
  }
  const { goal, target, agent, content, risk, system } = options
  const given = {
    declared_goal: goal,
    target,
    agent_id: agent,
    content: content === undefined ? undefined : contentOf(content),
    risk_score: risk === undefined ? undefined : riskOf(risk),
    systems_touched: system === undefined ? undefined : [...system],
    reversible: options.irreversible ? false : undefined,
  }
  const stated = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  return { action_type: options.type ?? found?.type ?? 'other', ...stated, ...(found ? { act: found.act } : {}) }
}

interface Found {
  readonly type: string
  readonly act: NonNullable<GuardInput['act']>
}

function actsOf(options: ActOptions): Found[] {
  for (const name of ['shell', 'sql', 'file', 'url'] as const) {
    if (options[name]?.trim() === '') throw new UsageError(`--${name} is empty: there is no act to judge.`)
  }
  const { shell, sql, file, url, method, content } = options
  if (url !== undefined && !URL.canParse(url))
    throw new UsageError(`--url must be a whole address, as https://example.com/x: got ${url}`)
  const excerpt = content === undefined ? {} : { content_excerpt: contentOf(content).slice(0, 4096) }
  return [
    ...(shell === undefined ? [] : [{ type: 'other', act: { kind: 'shell' as const, command: shell } }]),
    ...(sql === undefined ? [] : [{ type: 'other', act: { kind: 'sql' as const, statement: sql } }]),
    ...(file === undefined
      ? []
      : [{ type: 'apply', act: { kind: 'file' as const, file: { path: file, ...excerpt } } }]),
    ...(url === undefined
      ? []
      : [{ type: 'api', act: { kind: 'http' as const, request: { method: method.toUpperCase(), url } } }]),
  ]
}

/** `@path` reads a file, as in curl. */
function contentOf(content: string): string {
  return content.startsWith('@') ? readFileSync(content.slice(1), 'utf8') : content
}

function riskOf(text: string): number {
  const risk = Number(text)
  if (!Number.isInteger(risk) || risk < 0 || risk > 100)
    throw new UsageError('--risk must be a whole number from 0 to 100.')
  return risk
}
