import { Fault } from '#core/kernel/errors'
import { canonical } from './canonical.ts'
import { extend, leafHash, type Head, type Tile } from './tree.rules.ts'

export const entryKinds = ['decision', 'approval', 'outcome', 'action', 'policy', 'key', 'admin'] as const
export type EntryKind = (typeof entryKinds)[number]

/** What a domain wants on the record. `ref` is the id it is found by: an action, decision, policy or key. */
export interface Draft {
  readonly kind: EntryKind
  readonly ref: string
  readonly at: Date
  /** JSON; keys with the value undefined are left away. Redacted already: the ledger never forgets. */
  readonly data: Readonly<Record<string, unknown>>
}

/** The committed form of an entry: what is hashed, exported and verified. */
export interface EntryBody {
  readonly v: 1
  readonly org: string
  /** Place in the org's log, from 0, without gaps. */
  readonly seq: number
  /** ISO 8601, UTC, milliseconds. */
  readonly at: string
  readonly kind: EntryKind
  readonly ref: string
  readonly data: Readonly<Record<string, unknown>>
}

export interface EntryRow {
  readonly seq: number
  readonly at: Date
  readonly kind: EntryKind
  readonly ref: string
  /** Canonical JSON (RFC 8785) of an EntryBody. */
  readonly body: string
  readonly leaf_hash: Buffer
}

export interface Sealed {
  readonly rows: readonly EntryRow[]
  readonly tiles: readonly Tile[]
  readonly head: Head
}

/** Numbers, canonicalises and hashes drafts behind `head`. Pure: whoever stores the result must store all of it, in one transaction. */
export function sealEntries(head: Head, orgId: string, drafts: readonly Draft[]): Sealed {
  const rows = drafts.map((draft, index) => sealOne(draft, orgId, head.size + index))
  const extended = extend(
    head,
    rows.map((row) => row.leaf_hash),
  )
  return { rows, tiles: extended.tiles, head: extended.head }
}

function sealOne({ kind, ref, at, data }: Draft, org: string, seq: number): EntryRow {
  if (Number.isNaN(at.getTime()))
    throw new Fault('invalid_input', `The time of a ledger entry (${kind}) is not a date.`)
  if (ref === '' || ref.includes('\0'))
    throw new Fault('invalid_input', `The ref of a ledger entry (${kind}) is empty or holds a NUL.`)
  const body: EntryBody = { v: 1, org, seq, at: at.toISOString(), kind, ref, data }
  const text = canonical(body)
  return { seq, at, kind, ref, body: text, leaf_hash: leafHash(text) }
}
