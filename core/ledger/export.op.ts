import { z } from 'zod'
import { assertWholeOrg, type Context } from '#core/kernel/context'
import { Fault } from '#core/kernel/errors'
import { operation } from '#core/kernel/operation'
import { readHead } from './append.ts'
import { signCheckpoint, type CheckpointRow } from './checkpoints.ts'
import { parseCheckpoint } from './checkpoint.rules.ts'
import { EXPORT_FORMAT, exportLines, headerLine } from './export.rules.ts'
import { listKeys, verifierKeyOf } from './keys.ts'
import { signingPorts } from './ports.ts'
import { TreeSize } from './schema.ts'
import { entriesBetween } from './store.ts'

const CHUNK = 250
const PAGE_BYTES = 4 * 1024 * 1024

const exportPage = operation({
  name: 'ledger_export',
  title: 'Export the ledger',
  description:
    'Get one page of the export file that anybody can verify offline; append the lines of all pages in order.',
  input: z.object({
    from_seq: z.int().min(0).default(0).describe('next_seq of the page before'),
    size: TreeSize.min(1).optional().describe('size of the first page; a checkpoint of this size must exist'),
    limit: z.int().min(1).max(5000).default(1000).describe('Entries a page; pages end early at 4 MiB'),
  }),
  output: z.object({
    size: TreeSize.describe('Entries of the whole export: give it with the following pages'),
    lines: z.array(z.string()).describe('Lines of the file, without their newlines'),
    next_seq: z.int().nullable().describe('Where the next page starts; null behind the last'),
  }),
  scope: 'ledger:read',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'get', path: '/api/ledger/export' },
  mcp: 'hidden',

  async handler(ctx, input) {
    assertWholeOrg(ctx, 'export the ledger')
    const end = await checkpointAt(ctx, input.size)
    if (input.from_seq >= end.size) {
      const details = [`from_seq: must be below ${end.size}, the number of entries exported`]
      throw new Fault('invalid_input', 'Validation failed', { details })
    }
    const header = input.from_seq === 0 ? [await headerOf(ctx, end)] : []
    const { lines, next } = await linesFrom(ctx, input.from_seq, Math.min(end.size, input.from_seq + input.limit))
    const all = [...header, ...lines].map((line) => line.slice(0, -1))
    return { size: end.size, lines: all, next_seq: next < end.size ? next : null }
  },
})

export { exportPage as export }

async function checkpointAt(ctx: Context, size: number | undefined): Promise<CheckpointRow> {
  // An export holds everything recorded before it was asked for, not only what the last paced checkpoint covers.
  if (size === undefined) {
    const head = await readHead(ctx.db, ctx.actor.orgId)
    return signCheckpoint(ctx.db, ctx.actor.orgId, signingPorts(ctx.runtime), head.size - 1)
  }
  const row = await ctx.db
    .selectFrom('ledger_checkpoint')
    .selectAll()
    .where('org_id', '=', ctx.actor.orgId)
    .where('size', '=', size)
    .executeTakeFirst()
  if (!row) throw new Fault('not_found', `There is no checkpoint of size ${size}.`)
  return row
}

async function headerOf(ctx: Context, end: CheckpointRow): Promise<string> {
  const keys = (await listKeys(ctx.db, ctx.actor.orgId)).map(verifierKeyOf)
  const { origin } = parseCheckpoint(end.note)
  return headerLine({ format: EXPORT_FORMAT, org: ctx.actor.orgId, origin, size: end.size, keys })
}

async function linesFrom(ctx: Context, from: number, to: number): Promise<{ lines: string[]; next: number }> {
  const lines: string[] = []
  let [next, bytes] = [from, 0]
  while (next < to && bytes < PAGE_BYTES) {
    const until = Math.min(to, next + CHUNK)
    const entries = await entriesBetween(ctx.db, ctx.actor.orgId, next, until)
    if (entries.length !== until - next) {
      throw new Fault('internal', 'Internal server error', {
        cause: new Error(`entries ${next} to ${until} are not all there`),
      })
    }
    for (const line of exportLines(entries, await checkpointsBetween(ctx, next, until))) {
      lines.push(line)
      bytes += line.length
    }
    next = until
  }
  return { lines, next }
}

function checkpointsBetween(ctx: Context, from: number, to: number): Promise<CheckpointRow[]> {
  return ctx.db
    .selectFrom('ledger_checkpoint')
    .selectAll()
    .where('org_id', '=', ctx.actor.orgId)
    .where('size', '>', from)
    .where('size', '<=', to)
    .orderBy('size')
    .execute()
}
