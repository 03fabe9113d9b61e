import { z } from 'zod'
import { operation } from '#core/kernel/operation'
import { signCheckpoint } from './checkpoints.ts'
import { listKeys, verifierKeyOf } from './keys.ts'
import { signingPorts } from './ports.ts'
import { checkpointToWire, LedgerCheckpoint } from './schema.ts'

export const getCheckpoint = operation({
  name: 'ledger_get_checkpoint',
  title: 'Get the newest ledger checkpoint',
  description:
    'Get the signed checkpoint that commits to everything recorded so far; keep it to detect later rewriting.',
  input: z.object({}),
  output: z.object({
    checkpoint: LedgerCheckpoint,
    verifier_keys: z.array(z.string()).describe('Keys of this log in C2SP form, newest first'),
  }),
  scope: 'ledger:read',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'get', path: '/api/ledger/checkpoint' },
  mcp: 'catalog',

  async handler(ctx) {
    const checkpoint = await signCheckpoint(ctx.db, ctx.actor.orgId, signingPorts(ctx.runtime))
    const keys = await listKeys(ctx.db, ctx.actor.orgId)
    return { checkpoint: checkpointToWire(checkpoint), verifier_keys: keys.map(verifierKeyOf) }
  },
})
