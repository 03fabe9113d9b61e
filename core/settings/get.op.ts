import { z } from 'zod'
import { operation } from '../kernel/operation.ts'
import { effectiveSettings, OrgSettings } from './schema.ts'

export const get = operation({
  name: 'settings_get',
  title: 'Org settings',
  description: 'Show the settings of the org, defaults filled in.',
  input: z.object({}),
  output: z.object({ settings: OrgSettings }),
  scope: 'settings:read',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'get', path: '/api/settings' },
  mcp: 'catalog',

  async handler(ctx) {
    const rows = await ctx.db
      .selectFrom('org_setting')
      .select(['key', 'value'])
      .where('org_id', '=', ctx.actor.orgId)
      .execute()
    return { settings: effectiveSettings(rows, ctx.runtime.settings) }
  },
})
