import { z } from 'zod'
import { recordAct } from '#core/activity/index'
import { Fault } from '../kernel/errors.ts'
import { operation } from '../kernel/operation.ts'
import { effectiveSettings, OrgSettings } from './schema.ts'

export const update = operation({
  name: 'settings_update',
  title: 'Change org settings',
  description: 'Change settings of the org; what is not named stays as it is.',
  input: z.object({ settings: z.strictObject(OrgSettings.partial().shape) }),
  output: z.object({ settings: OrgSettings }),
  scope: 'settings:write',
  annotations: { readOnly: false, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'patch', path: '/api/settings' },
  mcp: 'catalog',

  async handler(ctx, input) {
    const { orgId, principalId } = ctx.actor
    const at = ctx.now()
    const changes = Object.entries(input.settings).filter(([, value]) => value !== undefined)
    if (changes.length === 0) {
      const details = [`settings: name at least one of ${Object.keys(OrgSettings.shape).join(', ')}`]
      throw new Fault('invalid_input', 'Validation failed', { details })
    }
    const rows = await ctx.db.transaction().execute(async (trx) => {
      const values = changes.map(([key, value]) => ({
        org_id: orgId,
        key,
        value: JSON.stringify(value),
        updated_at: at,
        updated_by: principalId,
      }))
      await trx
        .insertInto('org_setting')
        .values(values)
        .onConflict((conflict) =>
          conflict.columns(['org_id', 'key']).doUpdateSet((eb) => ({
            value: eb.ref('excluded.value'),
            updated_at: eb.ref('excluded.updated_at'),
            updated_by: eb.ref('excluded.updated_by'),
          })),
        )
        .execute()
      const data = { changes: Object.fromEntries(changes) }
      await recordAct(trx, ctx.actor, { event: 'settings.updated', ref: orgId, at, data })
      return trx.selectFrom('org_setting').select(['key', 'value']).where('org_id', '=', orgId).execute()
    })
    return { settings: effectiveSettings(rows, ctx.runtime.settings) }
  },
})
