/**
 * A key that is the same for the same parts, in whatever order they are written: SHA-256 (64 hex digits) over
 * `name=value` of the sorted names, joined by `|`; null and undefined count as empty.
 */
export async function deriveIdempotencyKey(parts: Readonly<Record<string, unknown>>): Promise<string> {
  if (typeof parts !== 'object' || parts === null || Array.isArray(parts)) {
    throw new TypeError('deriveIdempotencyKey takes an object of named parts.')
  }
  const text = Object.keys(parts)
    .toSorted()
    .map((name) => `${name}=${written(parts[name])}`)
    .join('|')
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

function written(value: unknown): string {
  if (value === null || value === undefined) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}
