import { z } from 'zod'
import { canonical } from './canonical.ts'
import { entryKinds } from './seal.rules.ts'

/** The export is JSON lines, each in canonical form: one header, then entries in order, and each checkpoint right behind the last entry it covers. */
export const EXPORT_FORMAT = 'writ-ledger/1'

export const ExportHeader = z.strictObject({
  format: z.literal(EXPORT_FORMAT),
  org: z.string().min(1),
  origin: z.string().min(1),
  size: z.int().min(0).describe('Entries that follow; shows a file cut short by accident at a checkpoint'),
  keys: z
    .array(z.string())
    .describe('Verifier keys in C2SP form, newest first; proof of nothing until a reader trusts one'),
})
export type ExportHeader = z.output<typeof ExportHeader>

export const ExportEntry = z.strictObject({
  entry: z.strictObject({
    v: z.literal(1),
    org: z.string(),
    seq: z.int().min(0),
    at: z.iso.datetime({ precision: 3 }),
    kind: z.enum(entryKinds),
    ref: z.string(),
    data: z.record(z.string(), z.unknown()),
  }),
  leaf_hash: z.string().regex(/^[0-9a-f]{64}$/),
})
export type ExportEntry = z.output<typeof ExportEntry>

export const ExportCheckpoint = z.strictObject({ checkpoint: z.string() })

export const headerLine = (header: ExportHeader): string => `${canonical(header)}\n`

/** `body` is the stored canonical text, which keeps the line canonical without parsing it again. */
export const entryLine = (body: string, leafHash: Uint8Array): string =>
  `{"entry":${body},"leaf_hash":"${Buffer.from(leafHash).toString('hex')}"}\n`

export const checkpointLine = (note: string): string => `${canonical({ checkpoint: note })}\n`

/**
 * Lines of one stretch of a log in export order.
 * @param entries ascending by seq, `checkpoints` ascending by size and none beyond the last entry's seq + 1
 */
export function* exportLines(
  entries: Iterable<{ readonly seq: number; readonly body: string; readonly leaf_hash: Uint8Array }>,
  checkpoints: readonly { readonly size: number; readonly note: string }[],
): Generator<string> {
  let next = 0
  for (const { seq, body, leaf_hash } of entries) {
    yield entryLine(body, leaf_hash)
    for (let due = checkpoints[next]; due !== undefined && due.size <= seq + 1; due = checkpoints[next]) {
      yield checkpointLine(due.note)
      next += 1
    }
  }
  for (const { note } of checkpoints.slice(next)) yield checkpointLine(note)
}
