import { z } from 'zod'
import { Fault } from '#core/kernel/errors'
import { operation } from '#core/kernel/operation'
import { readHead } from './append.ts'
import { signCheckpoint } from './checkpoints.ts'
import { signingPorts } from './ports.ts'
import { consistencyProof, treeRoot } from './proof.rules.ts'
import { Hash, TreeSize } from './schema.ts'
import { treeReader } from './store.ts'

export const getConsistency = operation({
  name: 'ledger_get_consistency',
  title: 'Prove that the ledger only grew',
  description:
    'Prove by RFC 6962 consistency proof that the ledger at one size is the beginning of the ledger at a later size.',
  input: z.object({
    from: TreeSize.min(1).describe('Size of the older tree'),
    to: TreeSize.min(1).optional().describe('Size of the newer tree; the newest checkpoint when absent'),
  }),
  output: z.object({ from: TreeSize, to: TreeSize, from_root: Hash, to_root: Hash, proof: z.array(Hash) }),
  scope: 'ledger:read',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'get', path: '/api/ledger/consistency' },
  mcp: 'catalog',

  async handler(ctx, input) {
    // Looked at before anything is signed: a refused question leaves no checkpoint behind.
    const { size } = await readHead(ctx.db, ctx.actor.orgId)
    if (input.from > (input.to ?? size) || (input.to ?? size) > size) {
      const details = [`from, to: must rise and not exceed ${size}, the number of entries there are`]
      throw new Fault('invalid_input', 'Validation failed', { details })
    }
    const wanted = Math.max(input.from, input.to ?? 0)
    const newest = await signCheckpoint(ctx.db, ctx.actor.orgId, signingPorts(ctx.runtime), wanted - 1)
    const to = input.to ?? newest.size
    const reader = treeReader(ctx.db, ctx.actor.orgId)
    const base64 = (hash: Buffer): string => hash.toString('base64')
    return {
      from: input.from,
      to,
      from_root: base64(await treeRoot(reader, input.from)),
      to_root: base64(await treeRoot(reader, to)),
      proof: (await consistencyProof(reader, input.from, to)).map(base64),
    }
  },
})
