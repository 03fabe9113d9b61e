import { foldType } from './facts.ts'
import { buildIndex, type Indexed, type PolicyIndex } from './index.rules.ts'
import type { Enforced } from './kind.ts'
import type { Mode } from './observe.ts'
import { kindOf } from './registry.ts'
import type { PolicyRow } from './rows.ts'
import { parseRules } from './rules.rules.ts'
import type { GrantRules } from './types/allow-grant.rules.ts'

export interface CompiledPolicy extends Indexed {
  readonly id: string
  readonly name: string
  readonly type: string
  readonly mode: Mode
  readonly ungrantable: boolean
}

export interface CompiledGrant {
  readonly id: string
  readonly name: string
  readonly mode: Mode
  readonly agentIds: readonly string[] | null
  readonly rules: GrantRules
  readonly expiresAt: number
}

/** A policy that is switched on and cannot be enforced. */
export interface BrokenPolicy {
  readonly id: string
  readonly name: string
  readonly why: string
}

/** An org's policies made ready to run; immutable, built once per revision. */
export interface CompiledPolicies {
  readonly size: number
  readonly index: PolicyIndex<CompiledPolicy>
  readonly grants: ReadonlyMap<string, readonly CompiledGrant[]>
  readonly broken: readonly BrokenPolicy[]
  /** Sentences that every evaluation carries. */
  readonly warnings: readonly string[]
  /** False = no policy reads session facts, so nobody needs to fetch them. */
  readonly usesSession: boolean
}

interface Sorted {
  readonly policies: CompiledPolicy[]
  readonly grants: CompiledGrant[]
  readonly broken: BrokenPolicy[]
  readonly warnings: string[]
}

/** Compiles what is active; drafts and switched-off rows are left out. Never throws: a bad row goes to `broken`. */
export function compilePolicies(rows: readonly PolicyRow[]): CompiledPolicies {
  const sorted: Sorted = { policies: [], grants: [], broken: [], warnings: [] }
  for (const row of rows) {
    if (!row.active || row.state === 'draft') continue
    try {
      addRow(row, sorted)
    } catch (error) {
      breakRow(row, error instanceof Error ? error.message : 'unknown error', sorted)
    }
  }
  const grants = Map.groupBy(sorted.grants, (grant) => foldType(grant.rules.action_type))
  return Object.freeze({
    size: sorted.policies.length + sorted.grants.length,
    index: buildIndex(sorted.policies),
    grants,
    broken: sorted.broken,
    warnings: sorted.warnings.toSorted(),
    usesSession: sorted.policies.some((policy) => policy.enforced.usesSession),
  })
}

function breakRow(row: PolicyRow, why: string, into: Sorted): void {
  into.broken.push({ id: row.id, name: row.name, why })
  into.warnings.push(`Policy "${row.name}" is active but cannot be enforced: ${why}`)
}

function addRow(row: PolicyRow, into: Sorted): void {
  const prepared = prepare(row)
  if (typeof prepared === 'string') return breakRow(row, prepared, into)
  const { rules, enforced } = prepared
  const isGrant = row.policy_type === 'allow_grant'
  const agentIds = agentsOf(row, rules, isGrant, into)
  const mode: Mode = row.mode ?? (rules['mode'] === 'shadow' ? 'shadow' : 'enforce')
  const named = { id: row.id, name: row.name, mode, agentIds }
  if (isGrant) {
    const grant = rules as unknown as GrantRules
    into.grants.push(Object.freeze({ ...named, rules: grant, expiresAt: Date.parse(grant.expires_at) }))
    return
  }
  const ungrantable = rules['ungrantable'] === true
  into.policies.push(Object.freeze({ ...named, type: row.policy_type, ungrantable, enforced }))
}

interface Prepared {
  readonly rules: Readonly<Record<string, unknown>>
  readonly enforced: Enforced
}

const MAX_PREPARED = 20_000
/** Characters of rules kept: one rule may have as many as 65,536. */
const MAX_PREPARED_CHARS = 32_000_000
const prepared = new Map<string, Prepared>()
let preparedChars = 0

/**
 * The rules checked and made ready, or why that cannot be. Kept by their text: when one policy of thousands changes,
 * the others are not parsed again.
 */
function prepare({ policy_type, rules }: PolicyRow): Prepared | string {
  const key = `${policy_type} ${typeof rules === 'string' ? rules : JSON.stringify(rules)}`
  const known = prepared.get(key)
  if (known !== undefined) return known
  const kind = kindOf(policy_type)
  if (kind === undefined) return `unknown policy type "${policy_type}"`
  const parsed = parseRules(policy_type, rules)
  if (!parsed.ok) return parsed.issues.map((issue) => `${issue.path}: ${issue.message}`).join('; ')
  const made = { rules: parsed.rules, enforced: kind.enforce(parsed.rules) }
  if (prepared.size >= MAX_PREPARED || preparedChars + key.length > MAX_PREPARED_CHARS) {
    prepared.clear()
    preparedChars = 0
  }
  prepared.set(key, made)
  preparedChars += key.length
  return made
}

/** A list that names nobody cannot mean nobody: a rule then covers every agent, a grant covers none. */
function agentsOf(
  row: PolicyRow,
  rules: Readonly<Record<string, unknown>>,
  isGrant: boolean,
  into: Sorted,
): readonly string[] | null {
  const listed: unknown = row.agent_ids ?? rules['agent_ids'] ?? null
  if (listed === null) return null
  const sound = Array.isArray(listed) && listed.length > 0 && listed.every((id) => typeof id === 'string' && id !== '')
  if (sound) return listed as string[]
  const effect = isGrant ? 'it grants nothing' : 'it covers every agent'
  into.warnings.push(`Policy "${row.name}" has an empty or malformed agent list; ${effect}.`)
  return isGrant ? [] : null
}
