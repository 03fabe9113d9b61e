import { kindOf, policyTypes } from './registry.ts'

/** Rules given as text; the contract's limit. */
export const RULES_MAX_CHARS = 20_000

export interface RuleIssue {
  readonly path: string
  readonly message: string
}

export type ParsedRules =
  | { readonly ok: true; readonly rules: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly issues: readonly RuleIssue[] }

const refused = (path: string, message: string): ParsedRules => ({ ok: false, issues: [{ path, message }] })

/** Checks the rules of a policy type and fills in defaults. Rules are an object or its JSON text. */
export function parseRules(policyType: string, rules: unknown): ParsedRules {
  const kind = kindOf(policyType)
  if (kind === undefined) return refused('policy_type', `unknown policy type; allowed are ${policyTypes.join(', ')}`)
  const object = asObject(rules)
  if (typeof object === 'string') return refused('rules', object)
  const parsed = kind.schema.safeParse(object)
  if (parsed.success) return { ok: true, rules: parsed.data as Record<string, unknown> }
  return {
    ok: false,
    issues: parsed.error.issues.map((issue) => ({
      path: ['rules', ...issue.path].join('.'),
      message: issue.code === 'unrecognized_keys' ? unknownKeys(issue.keys, policyType, kind.schema) : issue.message,
    })),
  }
}

/** The object, or a sentence saying why there is none. */
function asObject(rules: unknown): object | string {
  if (typeof rules === 'string') {
    if (rules.length > RULES_MAX_CHARS) return `has ${rules.length} characters; at most ${RULES_MAX_CHARS} are allowed`
    try {
      return asObject(JSON.parse(rules))
    } catch {
      return 'is not valid JSON'
    }
  }
  if (typeof rules !== 'object' || rules === null || Array.isArray(rules)) return 'must be an object'
  return rules
}

function unknownKeys(keys: readonly string[], policyType: string, schema: object): string {
  const shape: unknown = 'shape' in schema ? schema.shape : {}
  const known = typeof shape === 'object' && shape !== null ? Object.keys(shape).sort() : []
  return `unknown ${keys.map((key) => `"${key}"`).join(', ')}; ${policyType} takes ${known.join(', ')}`
}
