import { kindOf, policyTypes } from './registry.ts'

/** Rules as JSON text, their tests included. */
export const RULES_MAX_CHARS = 65_536

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
  const checked = kind.schema.safeParse(renamed(object, kind.ruleAliases))
  if (checked.success) return { ok: true, rules: checked.data as Record<string, unknown> }
  return {
    ok: false,
    issues: checked.error.issues.map((issue) => ({
      path: ['rules', ...issue.path].join('.'),
      message: issue.code === 'unrecognized_keys' ? unknownKeys(issue.keys, policyType, kind.schema) : issue.message,
    })),
  }
}

/** A rule under its own name wins over its alias, which is then refused as unknown. */
function renamed(rules: object, aliases: Readonly<Record<string, string>> | undefined): object {
  if (!aliases) return rules
  const entries = Object.entries(rules).map(([key, value]) => {
    const name = Object.hasOwn(aliases, key) ? aliases[key] : undefined
    return [name !== undefined && !Object.hasOwn(rules, name) ? name : key, value] as const
  })
  return Object.fromEntries(entries)
}

/** The object, or a sentence saying why there is none. */
function asObject(rules: unknown): object | string {
  const text = typeof rules === 'string' ? rules : textOf(rules)
  if (text === null) return 'must be an object'
  if (text.length > RULES_MAX_CHARS) return `has ${text.length} characters; at most ${RULES_MAX_CHARS} are allowed`
  const object = typeof rules === 'string' ? parsed(text) : rules
  if (object === undefined) return 'is not valid JSON'
  if (typeof object !== 'object' || object === null || Array.isArray(object)) return 'must be an object'
  return object
}

/** Null for what has no JSON text: cycles, and nesting that exhausts the stack. */
function textOf(value: unknown): string | null {
  try {
    return JSON.stringify(value) ?? null
  } catch {
    return null
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function unknownKeys(keys: readonly string[], policyType: string, schema: object): string {
  const shape: unknown = 'shape' in schema ? schema.shape : {}
  const known = typeof shape === 'object' && shape !== null ? Object.keys(shape).sort() : []
  return `unknown ${keys.map((key) => `"${key}"`).join(', ')}; ${policyType} takes ${known.join(', ')}`
}
