import { z } from 'zod'
import { recordAct } from '#core/activity/index'
import { Fault } from '../kernel/errors.ts'
import { operation } from '../kernel/operation.ts'
import { beyondRole, definitionsFor } from './definitions.rules.ts'
import { knownSettings } from './known.ts'
import { outsideProblem } from './outside.rules.ts'
import { OrgSecrets, OrgSettings, ShownSettings, type SecretName } from './schema.ts'
import {
  isSecret,
  lockSettings,
  readSettings,
  writeSecrets,
  writeSettings,
  type Changes,
  type SecretChange,
} from './store.ts'

const known = { ...OrgSettings.shape, ...OrgSecrets.shape }
const fields = Object.fromEntries(
  Object.entries(known).map(([key, schema]) => [key, schema.nullable().optional()]),
) as { [K in keyof typeof known]: z.ZodOptional<z.ZodNullable<(typeof known)[K]>> }

export const update = operation({
  name: 'settings_update',
  title: 'Change org settings',
  description: 'Change settings of the org; what is not named stays as it is, null goes back to the default.',
  input: z.object({ settings: z.strictObject(fields) }),
  output: z.object({ settings: ShownSettings, sources: z.record(z.string(), z.enum(['default', 'org'])) }),
  scope: 'settings:write',
  annotations: { readOnly: false, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'patch', path: '/api/settings' },
  mcp: 'catalog',

  async handler(ctx, input) {
    const { orgId, principalId: by, role } = ctx.actor
    const { settings: instance } = ctx.runtime
    const changes = Object.entries(input.settings).filter(([, value]) => value !== undefined)
    if (changes.length === 0) throw invalid(`settings: name at least one of ${Object.keys(known).join(', ')}`)
    const names = changes.map(([key]) => key)
    const [beyond] = beyondRole(role, names, definitionsFor(instance))
    if (beyond !== undefined) throw new Fault('forbidden', `Only an owner may change ${beyond}.`)
    for (const key of ['llm_base_url', 'otlp_endpoint'] as const) {
      const problem = outsideProblem(input.settings[key], instance.egress_allow)
      if (problem !== undefined) throw invalid(`settings.${key}: ${problem}`)
    }
    const stamp = { orgId, by, at: ctx.now() }
    const read = await ctx.db.transaction().execute(async (trx) => {
      await lockSettings(trx, orgId)
      const before = await readSettings(trx, orgId, instance)
      const all = [...changes, ...withdrawn(before.settings, input.settings)]
      await writeSettings(
        trx,
        stamp,
        all.filter(([key]) => !isSecret(key)),
      )
      await writeSecrets(trx, ctx.runtime, stamp, secretsIn(all))
      const act = { event: 'settings.updated', ref: orgId, at: stamp.at, data: { changes: told(all) } }
      await recordAct(trx, ctx.actor, act)
      return readSettings(trx, orgId, instance)
    })
    ctx.runtime.use(knownSettings).forget(orgId)
    return read
  },
})

/** Each secret, and the settings that say where it is sent. */
const places = {
  llm_api_key: ['llm_provider', 'llm_base_url'],
  otlp_headers: ['otlp_endpoint'],
} as const satisfies Record<SecretName, readonly (keyof OrgSettings)[]>

/**
 * A secret belongs to the place it was given for. Whoever changes that place without knowing the secret must not have it
 * sent there, so it goes.
 */
function withdrawn(before: ShownSettings, wanted: { readonly [K in keyof ShownSettings]?: unknown }): Changes {
  const names = Object.keys(places) as SecretName[]
  return names.flatMap((name) => {
    if (before[name] === null || wanted[name] !== undefined) return []
    const moved = places[name].some((key) => wanted[key] !== undefined && wanted[key] !== before[key])
    return moved ? [[name, null] as const] : []
  })
}

function secretsIn(changes: Changes): SecretChange[] {
  return changes.flatMap(([key, value]) => (isSecret(key) ? [[key, value as string | null] as const] : []))
}

/** What the ledger keeps for ever: of a secret only that it was set or removed. */
function told(changes: Changes): Record<string, unknown> {
  return Object.fromEntries(
    changes.map(([key, value]) => [key, isSecret(key) ? (value === null ? 'removed' : 'set') : value]),
  )
}

function invalid(problem: string): Fault {
  return new Fault('invalid_input', 'Validation failed', { details: [problem] })
}
