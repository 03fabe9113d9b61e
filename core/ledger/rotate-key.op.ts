import { z } from 'zod'
import { listActs } from '#core/activity/index'
import { operation } from '#core/kernel/operation'
import { replaceKey, verifierKeyOf } from './keys.ts'
import { signingPorts } from './ports.ts'

export const rotateKey = operation({
  name: 'ledger_rotate_key',
  title: 'Rotate the ledger signing key',
  description: 'Replace the key that signs the ledger; the log names the new key and old checkpoints stay verifiable.',
  input: z.object({}),
  output: z.object({ kid: z.string(), verifier_key: z.string(), created_at: z.iso.datetime() }),
  scope: 'ledger:write',
  annotations: { readOnly: false, destructive: false, idempotent: false, openWorld: false },
  rest: { method: 'post', path: '/api/ledger/rotate-key', status: () => 201, statuses: [201] },
  mcp: 'hidden',

  async handler(ctx) {
    const { orgId, principalId: by } = ctx.actor
    const row = await replaceKey(ctx.db, orgId, { ...signingPorts(ctx.runtime), by }, (trx, { kid, created_at: at }) =>
      listActs(trx, ctx.actor, [{ event: 'ledger.key_rotated', ref: kid, at }]),
    )
    return { kid: row.kid, verifier_key: verifierKeyOf(row), created_at: row.created_at.toISOString() }
  },
})
