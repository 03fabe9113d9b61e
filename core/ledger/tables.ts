import type { Generated } from 'kysely'
import type { EntryKind } from './seal.rules.ts'

/** Append only: rows are never updated or deleted. `seq` is the leaf's place in the org's tree. */
export interface LedgerEntryTable {
  readonly org_id: string
  readonly seq: number
  readonly at: Date
  readonly kind: EntryKind
  readonly ref: string
  /** Canonical JSON (RFC 8785) of an EntryBody: the bytes that were hashed. */
  readonly body: string
  readonly leaf_hash: Buffer
}

/** One row per org; `frontier` is the 32-byte hashes of a Head, one behind the other. */
export interface LedgerHeadTable {
  readonly org_id: string
  size: Generated<number>
  frontier: Generated<Buffer>
  updated_at: Generated<Date>
  /** Bumped by halts, pauses and revocations, so that a batch of decisions made before one cannot commit behind it. */
  control_revision: Generated<number>
}

/** Roots of finished subtrees of 256^level entries, level >= 1. */
export interface LedgerTileTable {
  readonly org_id: string
  readonly level: number
  readonly idx: number
  readonly hash: Buffer
}

export interface LedgerCheckpointTable {
  readonly org_id: string
  readonly size: number
  readonly root: Buffer
  /** The signed note, as published. */
  readonly note: string
  readonly created_at: Date
}

export interface LedgerKeyTable {
  readonly org_id: string
  /** JWK thumbprint (RFC 7638). */
  readonly kid: string
  readonly algorithm: 'Ed25519'
  /** Origin of the org's log; the name the key signs under. The same for all keys of an org. */
  readonly origin: string
  /** 32 bytes, RFC 8032. */
  readonly public_key: Buffer
  /** 0x01, 12 bytes nonce, 16 bytes tag, AES-256-GCM of the 32-byte seed; bound to org and kid. */
  readonly private_key_encrypted: Buffer
  readonly created_at: Date
  retired_at: Date | null
}
