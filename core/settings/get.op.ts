import { z } from 'zod'
import { operation } from '../kernel/operation.ts'
import { Definition, definitionsFor } from './definitions.rules.ts'
import { ShownSettings } from './schema.ts'
import { readSettings } from './store.ts'

export const get = operation({
  name: 'settings_get',
  title: 'Org settings',
  description: 'Show the settings of the org, defaults filled in, with what each means and where its value comes from.',
  input: z.object({}),
  output: z.object({
    settings: ShownSettings,
    sources: z.record(z.string(), z.enum(['default', 'org'])),
    definitions: z.array(Definition),
  }),
  scope: 'settings:read',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'get', path: '/api/settings' },
  mcp: 'catalog',

  async handler(ctx) {
    const { settings: instance } = ctx.runtime
    const read = await readSettings(ctx.db, ctx.actor.orgId, instance)
    return { ...read, definitions: [...definitionsFor(instance)] }
  },
})
