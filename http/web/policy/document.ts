import { isMap, LineCounter, parseDocument, stringify, type Document } from 'yaml'
import type { InputOf } from '../../client/operations.ts'
import { ApiError, isRecord } from '../api/client.ts'

/** Where something is wrong, as places in the text. */
export interface Problem {
  readonly from: number
  readonly to: number
  readonly line: number
  readonly message: string
}

/** A policy as it is written in the editor. */
export interface Written {
  readonly name: string
  readonly policy_type: string
  readonly rules: Record<string, unknown>
  readonly mode?: 'enforce' | 'shadow'
  readonly agent_ids?: string[] | null
}

export type Read =
  | { readonly ok: true; readonly policy: Written; readonly at: Locate }
  | { readonly ok: false; readonly problems: readonly Problem[] }
type Locate = (path: string, message: string) => Problem

const KNOWN = new Set(['name', 'policy_type', 'rules', 'mode', 'agent_ids'])

/** Reads the text: what YAML or the shape of a policy forbids is told here, all else by the server. */
export function readPolicy(text: string): Read {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, prettyErrors: false })
  const problem = (from: number, to: number, message: string): Problem => ({
    from,
    to,
    line: lines.linePos(from).line,
    message,
  })
  if (document.errors.length > 0) {
    return { ok: false, problems: document.errors.map((error) => problem(error.pos[0], error.pos[1], error.message)) }
  }
  const at: Locate = (path, message) => problem(...rangeOf(document, path), message)
  const value = plain(document)
  if (!isRecord(value))
    return { ok: false, problems: [problem(0, text.length, 'A policy has a name, a policy_type and rules.')] }
  const unknown = Object.keys(value).filter((key) => !KNOWN.has(key))
  const problems = [
    ...unknown.map((key) => at(key, `${key} is no field of a policy; known are ${[...KNOWN].join(', ')}.`)),
    ...(typeof value['name'] === 'string' ? [] : [at('name', 'name is missing, or no text.')]),
    ...(typeof value['policy_type'] === 'string' ? [] : [at('policy_type', 'policy_type is missing, or no text.')]),
    ...(isRecord(value['rules']) ? [] : [at('rules', 'rules are missing, or no mapping.')]),
  ]
  return problems.length > 0 ? { ok: false, problems } : { ok: true, policy: value as unknown as Written, at }
}

/** Aliases are limited, so that a small text cannot unfold into a huge one. */
function plain(document: Document.Parsed): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 })
  } catch {
    return null
  }
}

/** The deepest part of the path that is in the text; the first line when none is. */
function rangeOf(document: Document.Parsed, path: string): [number, number] {
  let node: unknown = document.contents
  let found: [number, number] = [0, 1]
  for (const part of path.split('.')) {
    if (!isMap(node)) break
    const pair = node.items.find(({ key }) => String(key) === part)
    if (!pair) break
    const key = pair.key as { range?: [number, number, number] | null }
    const value = pair.value as { range?: [number, number, number] | null } | null
    if (key.range) found = [key.range[0], value?.range ? value.range[1] : key.range[1]]
    node = pair.value
  }
  return found
}

/** The server's sentences, `file: policies.0.rules.when: …`, at their places in the text. */
export function problemsOf(error: unknown, at: Locate): readonly Problem[] {
  if (!(error instanceof ApiError)) return []
  return error.details.map((detail) => {
    const [, path = '', message = detail] = /^(?:file: )?(?:policies\.0\.)?([\w.[\]]+): (.*)$/s.exec(detail) ?? []
    return at(path, `${path === '' ? '' : `${path}: `}${message}`)
  })
}

/** What the server's own check of a file takes; JSON is YAML. */
export function asFile({ mode, agent_ids, ...policy }: Written): string {
  return JSON.stringify({ policies: [{ ...policy, ...(mode ? { mode } : {}), ...(agent_ids ? { agent_ids } : {}) }] })
}

export function draftOf(policy: Written): Pick<InputOf<'policies_replay'>, 'policy_type' | 'rules' | 'agent_ids'> {
  return {
    policy_type: policy.policy_type,
    rules: policy.rules,
    ...(policy.agent_ids ? { agent_ids: policy.agent_ids } : {}),
  }
}

interface Stored extends Omit<Written, 'mode' | 'agent_ids'> {
  readonly mode: 'enforce' | 'shadow'
  readonly agent_ids: readonly string[] | null
}

export function writePolicy({ name, policy_type, mode, agent_ids, rules }: Stored): string {
  const shown = {
    name,
    policy_type,
    ...(mode === 'shadow' ? { mode } : {}),
    ...(agent_ids ? { agent_ids } : {}),
    rules,
  }
  return stringify(shown, { lineWidth: 100 })
}

export const EXAMPLE = `# Asks a person before anything is deployed to production.
name: Deploys to production need a person
policy_type: condition
rules:
  when: evidence.action_type == "deploy" && target.startsWith("prod")
  action: require_approval
`
