import { z } from 'zod'
import { expireDueApprovals } from '#core/actions/index'
import { recordAct } from '#core/activity/index'
import { signDueCheckpoints, signingPorts } from '#core/ledger/index'
import { installDefaultPack, lockPolicies } from '#core/policies/index'
import { transact } from '../db/transact.ts'
import type { Context } from '../kernel/context.ts'
import { operation } from '../kernel/operation.ts'
import { diagnose } from './diagnose.ts'
import { CATEGORIES, Diagnosis, FIXES } from './schema.ts'

export const fix = operation({
  name: 'doctor_fix',
  title: 'Apply a fix of the doctor',
  description: 'Apply one of the safe fixes that doctor_check offers, and check again.',
  input: z.object({ action: z.enum(FIXES) }),
  output: z.object({
    action: z.enum(FIXES),
    changed: z.int().describe('How many things it changed'),
    recheck: Diagnosis,
  }),
  scope: 'settings:write',
  annotations: { readOnly: false, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'post', path: '/api/doctor/fix' },
  mcp: 'catalog',

  async handler(ctx, { action }) {
    const changed = await fixes[action](ctx)
    return { action, changed, recheck: await diagnose(ctx, CATEGORIES) }
  },
})

const fixes: Readonly<Record<(typeof FIXES)[number], (ctx: Context) => Promise<number>>> = {
  install_default_policies: installPolicies,
  sign_checkpoint: ({ runtime }) =>
    signDueCheckpoints(runtime.db, {
      ...signingPorts(runtime),
      onError: (org, error) => runtime.log.error({ err: error, org }, 'a checkpoint could not be signed'),
    }),
  expire_approvals: ({ runtime }) => expireDueApprovals(runtime),
}

/** Only where there is none: of parallel callers one installs, and nobody's own policies are touched. */
function installPolicies(ctx: Context): Promise<number> {
  const { orgId } = ctx.actor
  return transact(ctx.db, async (trx) => {
    await lockPolicies(trx, orgId)
    const any = await trx
      .selectFrom('guard_policy')
      .select('id')
      .where('org_id', '=', orgId)
      .limit(1)
      .executeTakeFirst()
    if (any) return 0
    const at = ctx.now()
    await installDefaultPack(trx, ctx.actor, at)
    await recordAct(trx, ctx.actor, {
      event: 'doctor.fixed',
      ref: orgId,
      at,
      data: { action: 'install_default_policies' },
    })
    const rows = await trx.selectFrom('guard_policy').select('id').where('org_id', '=', orgId).execute()
    return rows.length
  })
}
