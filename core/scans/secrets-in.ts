import { secretScan, type SecretFinding } from './secret-scan.rules.ts'
import { mayBeSecret, TOKEN } from './secret-suspects.rules.ts'

/** Keys and tokens have a run of at least so many of these characters; words of prose and code seldom do. */
const RUN = 16
/** What stands before a run and names it: a prefix, or the end of a field's name. */
const BEFORE = 32
const AFTER = 96
/** Told by its border, below. */
const KEY_CATEGORY = 'private_key'
const KEY_BLOCK = 'PRIVATE KEY-----'
const BLOCK = 200

export type ByteFinding = Pick<SecretFinding, 'pattern' | 'category' | 'severity' | 'preview'> & { readonly at: number }

/**
 * Secrets in a large file, faster than by reading all of its text: looks only around runs of characters that a key could
 * be, and at private key blocks. Short passwords in fields are not found; `secretScan` finds those.
 * `isSuspect` spares the reading of most runs and never one with a secret.
 */
export function* secretsIn(bytes: Buffer, isSuspect: typeof mayBeSecret = mayBeSecret): Generator<ByteFinding> {
  const { length } = bytes
  let end = 0
  for (let start = nextRun(bytes, 0); start < length; start = nextRun(bytes, end + 1)) {
    end = start + RUN
    while (end < length && TOKEN[bytes[end] ?? 0] === 1) end += 1
    const around = [Math.max(0, start - BEFORE), Math.min(length, end + AFTER)] as const
    if (!isSuspect(bytes, start, end, around)) continue
    for (const finding of secretScan(bytes.toString('latin1', ...around)).findings) {
      if (finding.category === KEY_CATEGORY) continue
      const at = around[0] + finding.start
      // What stands wholly behind this run belongs to the next one.
      if (at < end && around[0] + finding.end > start) yield told(finding, at)
    }
  }
  for (let at = bytes.indexOf(KEY_BLOCK); at >= 0; at = bytes.indexOf(KEY_BLOCK, at + KEY_BLOCK.length)) {
    const from = Math.max(0, at - BEFORE)
    if (!bytes.toString('latin1', from, at).includes('BEGIN ')) continue
    // In JSON the lines of a block are joined by the two characters of an escape.
    const text = bytes.toString('latin1', from, at + BLOCK).replaceAll('\\n', '\n')
    const [finding] = secretScan(text).findings.filter(({ category }) => category === KEY_CATEGORY)
    if (finding) yield told(finding, at)
  }
}

function told({ pattern, category, severity, preview }: SecretFinding, at: number): ByteFinding {
  return { pattern, category, severity, preview, at }
}

/** Where the next run begins, or the end. Looks at every sixteenth byte: where that is none of a token, no run of sixteen lies across it. */
function nextRun(bytes: Buffer, first: number): number {
  const { length } = bytes
  let from = first
  while (from + RUN <= length) {
    let at = from + RUN - 1
    while (at >= from && TOKEN[bytes[at] ?? 0] === 1) at -= 1
    if (at < from) return from
    from = at + 1
  }
  return length
}
