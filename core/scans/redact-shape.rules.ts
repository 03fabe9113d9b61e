import { redactText } from './secret-scan.rules.ts'

export interface TextVisitor {
  /** Every text, with the path that leads to it. */
  readonly look?: (text: string, where: string) => void
  readonly redact: (text: string) => string
  /** Values that are passed on as they are. */
  readonly isLeaf?: (value: object) => boolean
}

/** Nothing that a tool gives is deeper; recursion must not exhaust the stack. */
const MAX_DEPTH = 200
const TRUNCATED = '[TRUNCATED]'
/** Of the secrets in a value, only text can hold one: these fields hold encoded bytes. */
const BINARY = new Set(['blob', 'data', 'base64'])

/** The value with each of its texts seen and redacted. Keys, numbers and the order of both stay, so its reader finds its shape. */
export function redactTexts(value: unknown, visitor: TextVisitor, where = 'result'): unknown {
  return walk(value, visitor, { where, depth: 0 })
}

/** A tool's output without its secrets, in the shape it has; the very same value when there are none. */
export function redactOutput(value: unknown): { readonly value: unknown; readonly secrets: number } {
  let secrets = 0
  const redact = (text: string): string => {
    const { text: clean, security } = redactText(text)
    secrets += security.findings_count
    return clean
  }
  const redacted = redactTexts(value, { redact })
  return { value: secrets === 0 ? value : redacted, secrets }
}

interface At {
  readonly where: string
  readonly depth: number
}

function walk(value: unknown, visitor: TextVisitor, { where, depth }: At): unknown {
  if (typeof value === 'string') {
    visitor.look?.(value, where)
    return visitor.redact(value)
  }
  if (typeof value !== 'object' || value === null || visitor.isLeaf?.(value) === true) return value
  if (depth >= MAX_DEPTH) return TRUNCATED
  if (Array.isArray(value)) return value.map((item) => walk(item, visitor, { where, depth: depth + 1 }))
  return Object.fromEntries(
    Object.entries(value).map(([key, item]: [string, unknown]) => {
      const at = { where: `${where}.${key}`, depth: depth + 1 }
      if (typeof item !== 'string') return [key, walk(item, visitor, at)]
      if (BINARY.has(key) && isEncoded(item)) return [key, item]
      visitor.look?.(item, at.where)
      return [key, keyed(key, item, visitor)]
    }),
  )
}

/** Some secrets are known only by the name they stand under. */
function keyed(key: string, text: string, { redact }: TextVisitor): string {
  const clean = redact(text)
  if (clean !== text || text.length > 400 || key === 'text' || /["\\\n\r]/.test(text + key)) return clean
  const [before, after] = [`"${key}": "`, '"']
  const line = redact(before + text + after)
  if (line === before + text + after) return text
  return line.startsWith(before) ? line.slice(before.length, -after.length) : '[REDACTED]'
}

const isEncoded = (text: string): boolean => text.length > 1024 && /^[A-Za-z0-9+/_=\s-]*$/.test(text)
