import type { TemplateScore } from './risk.rules.ts'

export interface RiskTemplate {
  readonly id: string
  readonly name: string
  /** Null: for every type. */
  readonly action_type: string | null
  readonly base_risk: number
  /** `condition` is one `field OP value`; see `parseCondition`. */
  readonly rules: readonly { readonly condition: string; readonly add: number }[]
}

type Operator = '==' | '!=' | '>=' | '<=' | '>' | '<' | 'contains'
type Literal = string | number | boolean | null

export interface Condition {
  readonly path: readonly string[]
  readonly operator: Operator
  readonly value: Literal
}

const CONDITION = /^\s*([A-Za-z_][\w-]*(?:\.[\w-]+){0,7})\s*(==|!=|>=|<=|>|<|\scontains\s)\s*(\S.*?)\s*$/i

function literal(text: string): Literal {
  const quoted = /^(["'])(.*)\1$/.exec(text)
  if (quoted) return quoted[2] ?? ''
  if (text === 'true' || text === 'false') return text === 'true'
  if (text === 'null') return null
  return /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : text
}

/** Reads `field OP value` (OP: == != >= <= > < contains; value: true, false, null, a number or text). Null if malformed. */
export function parseCondition(text: string): Condition | null {
  const parts = CONDITION.exec(text.slice(0, 500))
  if (!parts) return null
  const operator = (parts[2] ?? '').trim().toLowerCase() as Operator
  return { path: (parts[1] ?? '').split('.'), operator, value: literal(parts[3] ?? '') }
}

/** Own properties only, so that `constructor` or `__proto__` name nothing. */
function read(facts: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    return (value as Record<string, unknown>)[key]
  }, facts)
}

function contains(actual: unknown, wanted: string): boolean {
  if (typeof actual === 'string') return actual.toLowerCase().includes(wanted)
  return Array.isArray(actual) && actual.some((item) => String(item).toLowerCase() === wanted)
}

function holds({ operator, value, path }: Condition, facts: unknown): boolean {
  const actual = read(facts, path) ?? null
  if (operator === '==') return actual === value
  if (operator === '!=') return actual !== value
  if (operator === 'contains') return contains(actual, String(value).toLowerCase())
  if (typeof actual !== 'number' || typeof value !== 'number') return false
  if (operator === '>=') return actual >= value
  if (operator === '<=') return actual <= value
  return operator === '>' ? actual > value : actual < value
}

/** `base_risk` plus `add` of every rule that holds, clamped to 0..100. A malformed rule adds nothing. */
export function evaluateTemplate(template: RiskTemplate, facts: unknown): TemplateScore {
  const added = template.rules.reduce((total, { condition, add }) => {
    const parsed = parseCondition(condition)
    return parsed && Number.isFinite(add) && holds(parsed, facts) ? total + add : total
  }, 0)
  const score = Math.min(100, Math.max(0, template.base_risk + added))
  return { id: template.id, name: template.name, score }
}

/** The first template of exactly this type wins, else the first for every type. */
export function pickTemplate(templates: readonly RiskTemplate[], actionType: string): RiskTemplate | null {
  const exact = templates.find((template) => template.action_type === actionType)
  return exact ?? templates.find((template) => template.action_type === null || template.action_type === '') ?? null
}
