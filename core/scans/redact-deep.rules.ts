import { isMarker } from './secret-fields.rules.ts'
import { replaceSpans, secretScan, summarise } from './secret-scan.rules.ts'
import type { SecretFinding, SecuritySummary } from './secret-scan.rules.ts'

/** Deeper containers are cut: no caller needs them, and recursion must not exhaust the stack. */
const MAX_DEPTH = 64
const TRUNCATED = '[TRUNCATED]'

type Found = Pick<SecretFinding, 'category' | 'severity'>[]
type KeyKind = 'password_field' | 'api_key_generic' | undefined

const PASSWORD_KEY = /(?:^|_)(?:password|passwd|pwd|passphrase|passcode)$/
const SECRET_KEY =
  /(?:^|_)(?:secret|token|api_?key|access_?key(?!_id)|secret_?key|private_?key|signing_?key|encryption_?key|account_?key|auth_?key|authorization|credentials?|cookie|connection_?string)$/
/** Names that end like a secret but hold cursors or kinds. */
const HARMLESS_KEY = /(?:page|continuation|sync|cursor|idempotency|cancellation|design|next)_token$/

function kindOfKey(key: string): KeyKind {
  if (key.length > 80) return undefined
  const name = key
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[-.\s]/g, '_')
    .toLowerCase()
  if (PASSWORD_KEY.test(name)) return 'password_field'
  return SECRET_KEY.test(name) && !HARMLESS_KEY.test(name) ? 'api_key_generic' : undefined
}

function redactString(text: string, found: Found): string {
  const { findings } = secretScan(text)
  if (findings.length === 0) return text
  found.push(...findings)
  return replaceSpans(text, findings)
}

function redactKeyed(value: string, kind: Exclude<KeyKind, undefined>, found: Found): string {
  if (value === '' || isMarker(value) || value === TRUNCATED) return value
  const own = secretScan(value).findings.find(({ start, end }) => start === 0 && end === value.length)
  const password = kind === 'password_field'
  found.push(own ?? { category: password ? 'password' : 'api_key', severity: password ? 'high' : 'critical' })
  return `[REDACTED:${own?.pattern ?? kind}]`
}

function freeKey(target: object, key: string): string {
  if (!Object.hasOwn(target, key)) return key
  let copy = 2
  while (Object.hasOwn(target, `${key}#${copy}`)) copy += 1
  return `${key}#${copy}`
}

type At = { depth: number; kind: KeyKind; found: Found }

function redactObject(value: object, at: At): object {
  const out: object = {}
  for (const [key, child] of Object.entries(value) as [string, unknown][]) {
    const name = freeKey(out, redactString(key, at.found))
    const redacted = redactValue(child, { ...at, depth: at.depth + 1, kind: kindOfKey(key) })
    // defineProperty: an own key called __proto__ must stay a key.
    Object.defineProperty(out, name, { value: redacted, enumerable: true, writable: true, configurable: true })
  }
  return out
}

function redactValue(value: unknown, at: At): unknown {
  if (typeof value === 'string') return at.kind ? redactKeyed(value, at.kind, at.found) : redactString(value, at.found)
  if (typeof value === 'number' && at.kind === 'password_field') return redactKeyed(String(value), at.kind, at.found)
  if (typeof value !== 'object' || value === null) return value
  if (at.depth >= MAX_DEPTH) return TRUNCATED
  if (Array.isArray(value)) return value.map((item) => redactValue(item, { ...at, depth: at.depth + 1 }))
  return redactObject(value, at)
}

/**
 * A copy of any JSON value with secrets replaced: inside strings, in keys, and whole values under names such as
 * `password`, `client_secret`, `apiKey`. Containers below depth 64 become `[TRUNCATED]`. Never throws; idempotent.
 */
export function redactDeep(value: unknown): { value: unknown; security: SecuritySummary } {
  const found: Found = []
  const redacted = redactValue(value, { depth: 0, kind: undefined, found })
  return { value: redacted, security: summarise(found) }
}
