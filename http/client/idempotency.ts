/**
 * A key that is the same for the same parts, in whatever order they are written: SHA-256 (64 hex digits) over
 * `name=value` of the sorted names, joined by `|`; null and undefined count as empty.
 */
export function deriveIdempotencyKey(parts: Readonly<Record<string, unknown>>): string {
  if (typeof parts !== 'object' || parts === null || Array.isArray(parts)) {
    throw new TypeError('deriveIdempotencyKey takes an object of named parts.')
  }
  const text = Object.keys(parts)
    .toSorted()
    .map((name) => `${name}=${written(parts[name])}`)
    .join('|')
  // Not imported: a page that loads the client has no such module, and needs no keys.
  return process.getBuiltinModule('node:crypto').hash('sha256', text, 'hex')
}

function written(value: unknown): string {
  if (value === null || value === undefined) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}
