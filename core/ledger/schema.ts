import { z } from 'zod'
import type { CheckpointRow } from './checkpoints.ts'
import { parseCheckpoint } from './checkpoint.rules.ts'
import { ExportEntry } from './export.rules.ts'
import type { StoredEntry } from './store.ts'

export const TreeSize = z.int().min(0).describe('Number of entries in a tree')
export const Hash = z.string().describe('32 bytes, base64')

export const LedgerCheckpoint = z
  .object({
    origin: z.string().describe('Name of the log'),
    size: TreeSize,
    root: Hash,
    note: z.string().describe('The signed checkpoint in C2SP form: the part to keep'),
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'LedgerCheckpoint' })

export const LedgerEntry = z
  .object({ entry: ExportEntry.shape.entry, leaf_hash: z.string().describe('RFC 6962 leaf hash, hex') })
  .meta({ id: 'LedgerEntry' })

export function checkpointToWire(row: CheckpointRow): z.output<typeof LedgerCheckpoint> {
  const { origin, size, root } = parseCheckpoint(row.note)
  return { origin, size, root: root.toString('base64'), note: row.note, created_at: row.created_at.toISOString() }
}

export function entryToWire(row: Pick<StoredEntry, 'body' | 'leaf_hash'>): z.output<typeof LedgerEntry> {
  const entry = JSON.parse(row.body) as z.output<typeof LedgerEntry>['entry']
  return { entry, leaf_hash: Buffer.from(row.leaf_hash).toString('hex') }
}
