import { LineCounter, parseDocument } from 'yaml'
import { z } from 'zod'
import { PolicyCase } from './case-schema.ts'
import type { PolicyRow } from './rows.ts'
import { parseRules, type RuleIssue } from './rules.rules.ts'

const FilePolicy = z.strictObject({
  name: z.string().min(1).max(256),
  policy_type: z.string().min(1).max(64),
  rules: z.record(z.string(), z.unknown()),
  active: z.boolean().default(true),
  agent_ids: z.array(z.string().min(1).max(128)).max(500).nullable().default(null),
  mode: z.enum(['enforce', 'shadow']).optional(),
})

const File = z.strictObject({
  policies: z.array(FilePolicy).min(1).max(10_000),
  tests: z.array(PolicyCase).max(10_000).default([]),
})

export interface PolicyFile {
  readonly policies: readonly PolicyRow[]
  /** Run against all policies of the file together. */
  readonly tests: readonly PolicyCase[]
  /** Written inside a policy's rules; each list is run against that policy alone. */
  readonly ownTests: ReadonlyMap<string, readonly PolicyCase[]>
}

export type ParsedFile =
  | { readonly ok: true; readonly file: PolicyFile }
  | { readonly ok: false; readonly issues: readonly RuleIssue[] }

/** Reads a policy file: YAML (or JSON) with `policies` and `tests`. Issues name line and column, or the path. */
export function parsePolicyFile(source: string): ParsedFile {
  const lines = new LineCounter()
  const document = documentOf(source, lines)
  if (document === null) return { ok: false, issues: [{ path: 'file', message: 'is nested too deeply' }] }
  if (document.errors.length > 0) {
    const issues = document.errors.map((error) => {
      const { line, col } = lines.linePos(error.pos[0])
      return { path: `line ${line}, column ${col}`, message: error.message }
    })
    return { ok: false, issues }
  }
  const parsed = File.safeParse(plain(document))
  if (!parsed.success) return { ok: false, issues: issuesOf(parsed.error) }
  return withRules(parsed.data)
}

/** Null when the nesting exhausts the stack. */
function documentOf(source: string, lineCounter: LineCounter): ReturnType<typeof parseDocument> | null {
  try {
    return parseDocument(source, { lineCounter, uniqueKeys: true, prettyErrors: false })
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}

/** Aliases are limited, so that a small file cannot unfold into a huge one. */
function plain(document: ReturnType<typeof parseDocument>): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 })
  } catch {
    return null
  }
}

const issuesOf = (error: z.ZodError): RuleIssue[] =>
  error.issues.map((issue) => ({ path: issue.path.join('.') || 'file', message: issue.message }))

function withRules(file: z.output<typeof File>): ParsedFile {
  const issues: RuleIssue[] = []
  const policies: PolicyRow[] = []
  const ownTests = new Map<string, readonly PolicyCase[]>()
  file.policies.forEach((policy, position) => {
    const at = `policies.${position}`
    if (policies.some((other) => other.name === policy.name)) {
      issues.push({ path: `${at}.name`, message: `"${policy.name}" is used twice` })
    }
    const parsed = parseRules(policy.policy_type, policy.rules)
    if (!parsed.ok) issues.push(...parsed.issues.map(({ path, message }) => ({ path: `${at}.${path}`, message })))
    else ownTests.set(policy.name, ownTestsOf(parsed.rules))
    const { mode, ...row } = policy
    policies.push({ id: policy.name, ...row, ...(mode === undefined ? {} : { mode }) })
  })
  return issues.length > 0 ? { ok: false, issues } : { ok: true, file: { policies, tests: file.tests, ownTests } }
}

/** The tests written inside checked rules. */
export function ownTestsOf(rules: Readonly<Record<string, unknown>>): readonly PolicyCase[] {
  return (rules['tests'] as readonly PolicyCase[] | undefined) ?? []
}
