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

/** What is known of keys without secrets: requests repeat theirs, and only clean ones are kept in memory. */
const CLEAN_KEYS = new Map<string, KeyKind>()
const MAX_KEYS = 2000
const MAX_KEPT_KEY = 80

type Key = { readonly name: string; readonly kind: KeyKind }

function readKey(key: string, found: Found): Key {
  if (CLEAN_KEYS.has(key)) return { name: key, kind: CLEAN_KEYS.get(key) }
  const name = redactString(key, found)
  const kind = kindOfKey(key)
  if (name === key && key.length <= MAX_KEPT_KEY && CLEAN_KEYS.size < MAX_KEYS) CLEAN_KEYS.set(key, kind)
  return { name, kind }
}

type At = { readonly depth: number; readonly found: Found }

function redactObject(value: object, { depth, found }: At): object {
  const out: Record<string, unknown> = {}
  const inner = { depth: depth + 1, found }
  for (const key of Object.keys(value)) {
    const { name, kind } = readKey(key, found)
    const free = freeKey(out, name)
    const redacted = redactValue((value as Record<string, unknown>)[key], kind, inner)
    // defineProperty: an own key called __proto__ must stay a key.
    if (free !== '__proto__') out[free] = redacted
    else Object.defineProperty(out, free, { value: redacted, enumerable: true, writable: true, configurable: true })
  }
  return out
}

function redactValue(value: unknown, kind: KeyKind, at: At): unknown {
  const { depth, found } = at
  if (typeof value === 'string') return kind ? redactKeyed(value, kind, found) : redactString(value, found)
  if (typeof value === 'number' && kind === 'password_field') return redactKeyed(String(value), kind, found)
  if (typeof value !== 'object' || value === null) return value
  if (depth >= MAX_DEPTH) return TRUNCATED
  if (Array.isArray(value)) return value.map((item) => redactValue(item, kind, { depth: depth + 1, found }))
  return redactObject(value, at)
}

/**
 * A copy of any JSON value with secrets replaced: inside strings, in keys, and whole values under names such as
 * `password`, `client_secret`, `apiKey`. Containers below depth 64 become `[TRUNCATED]`. Never throws; idempotent.
 */
export function redactDeep(value: unknown): { value: unknown; security: SecuritySummary } {
  const found: Found = []
  const redacted = redactValue(value, undefined, { depth: 0, found })
  return { value: redacted, security: summarise(found) }
}
