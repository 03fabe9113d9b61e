import { sql } from 'kysely'
import { z } from 'zod'
import { assertWholeOrg, type Context } from '#core/kernel/context'
import { Fault } from '#core/kernel/errors'
import { operation } from '#core/kernel/operation'
import { readHead } from './append.ts'
import { signCheckpoint, type CheckpointRow } from './checkpoints.ts'
import { signingPorts } from './ports.ts'
import { inclusionProof, treeRoot } from './proof.rules.ts'
import { checkpointToWire, entryToWire, Hash, LedgerCheckpoint, LedgerEntry, TreeSize } from './schema.ts'
import { treeReader, type StoredEntry } from './store.ts'

const MAX_ENTRIES = 50

export const getEntryProof = operation({
  name: 'ledger_get_entry_proof',
  title: 'Prove ledger entries',
  description:
    'Prove that a decision, action or approval is on the record: its entries with RFC 6962 inclusion proofs.',
  input: z.object({
    ref: z.string().min(1).max(256).optional().describe('Id of the action, decision, policy or key'),
    seq: z.int().min(0).optional().describe('Place of one entry, instead of ref'),
    size: TreeSize.min(1).optional().describe('Tree to prove against; the newest checkpoint when absent'),
  }),
  output: z.object({
    size: TreeSize,
    root: Hash,
    checkpoint: LedgerCheckpoint.nullable().describe('The signed checkpoint of that size, if there is one'),
    entries: z
      .array(LedgerEntry.extend({ seq: z.int(), proof: z.array(Hash) }))
      .describe(`Oldest first, ${MAX_ENTRIES} at most`),
  }),
  scope: 'ledger:read',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'get', path: '/api/ledger/proof' },
  mcp: 'direct',
  tool: 'writ_ledger_proof',

  async handler(ctx, input) {
    const rows = await entriesOf(ctx, input)
    const { size, checkpoint } = await treeFor(ctx, rows, input.size)
    const reader = treeReader(ctx.db, ctx.actor.orgId)
    const entries = []
    for (const row of rows) {
      const proof = await inclusionProof(reader, row.seq, size)
      entries.push({ ...entryToWire(row), seq: row.seq, proof: proof.map((hash) => hash.toString('base64')) })
    }
    const root = await treeRoot(reader, size)
    return {
      size,
      root: root.toString('base64'),
      checkpoint: checkpoint ? checkpointToWire(checkpoint) : null,
      entries,
    }
  },
})

async function entriesOf(
  ctx: Context,
  { ref, seq }: { ref?: string | undefined; seq?: number | undefined },
): Promise<StoredEntry[]> {
  if ((ref === undefined) === (seq === undefined)) {
    throw new Fault('invalid_input', 'Validation failed', { details: ['ref, seq: give exactly one of the two'] })
  }
  const query = ctx.db.selectFrom('ledger_entry').selectAll().where('org_id', '=', ctx.actor.orgId)
  const found = ref === undefined ? query.where('seq', '=', seq ?? -1) : query.where('ref', '=', ref)
  const rows = (await mayProve(ctx, ref)) ? await found.orderBy('seq').limit(MAX_ENTRIES).execute() : []
  if (rows.length === 0) throw new Fault('not_found', 'Nothing on the ledger is recorded under this id.')
  return rows
}

/** An entry shows what was done: a key bound to one agent is shown what is about that agent's actions and decisions. */
async function mayProve(ctx: Context, ref: string | undefined): Promise<boolean> {
  const { orgId, agentId } = ctx.actor
  if (agentId === null) return true
  if (ref === undefined) assertWholeOrg(ctx, 'prove entries by their place')
  const { rows } = await sql`
    select 1 from action_record where org_id = ${orgId} and action_id = ${ref} and agent_id = ${agentId}
    union all
    select 1 from guard_decision where org_id = ${orgId} and id = ${ref} and agent_id = ${agentId}`.execute(ctx.db)
  return rows.length > 0
}

/** An asked size must hold the entries; without one, the newest checkpoint does, signed now when it must. */
async function treeFor(
  ctx: Context,
  rows: readonly StoredEntry[],
  asked: number | undefined,
): Promise<{ size: number; checkpoint: CheckpointRow | undefined }> {
  const last = rows.at(-1)?.seq ?? 0
  // Looked at before anything is signed: a refused question leaves no checkpoint behind.
  const there = (await readHead(ctx.db, ctx.actor.orgId)).size
  if (asked !== undefined && (asked <= last || asked > there)) {
    const details = [`size: must be from ${last + 1} (the last of these entries) to ${there} (all there is)`]
    throw new Fault('invalid_input', 'Validation failed', { details })
  }
  const newest = await signCheckpoint(
    ctx.db,
    ctx.actor.orgId,
    signingPorts(ctx.runtime),
    Math.max(last, (asked ?? 0) - 1),
  )
  if (asked === undefined || asked === newest.size) return { size: newest.size, checkpoint: newest }
  const checkpoint = await ctx.db
    .selectFrom('ledger_checkpoint')
    .selectAll()
    .where('org_id', '=', ctx.actor.orgId)
    .where('size', '=', asked)
    .executeTakeFirst()
  return { size: asked, checkpoint }
}
