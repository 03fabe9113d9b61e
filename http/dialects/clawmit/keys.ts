import { z } from 'zod'
import { scopesOf, type Role, type Scope } from '#core/kernel/scope'
import { create } from '#core/keys/create.op'
import { list } from '#core/keys/list.op'
import { revoke } from '#core/keys/revoke.op'
import type { Call, Reply } from '../dialect.ts'
import { parsed } from './fields.ts'

/** Their scopes by what they are here. A person who may write agents registers and forks them too. */
const SCOPES = {
  'agents:read': ['agents:read'],
  'agents:write': ['agents:write', 'agents:pause'],
  'tasks:read': ['tasks:read'],
  'tasks:write': ['tasks:write'],
  'webhooks:read': ['webhooks:read'],
  'webhooks:write': ['webhooks:write'],
} as const satisfies Readonly<Record<string, readonly Scope[]>>
type TheirScope = keyof typeof SCOPES
const names = Object.keys(SCOPES) as [TheirScope, ...TheirScope[]]

const PREFIX = 'fc_live_'
/** Pages of keys that are looked through for those of this dialect. */
const MAX_PAGES = 10

const Making = z.object({
  name: z.string().min(1).max(256),
  scopes: z.array(z.enum(names)).min(1).max(names.length),
})

type Key = z.output<typeof list.output>['keys'][number]

const scopesFor = (scopes: readonly Scope[]): TheirScope[] =>
  names.filter((name) => SCOPES[name].every((scope) => scopes.includes(scope)))

/** The least role that has them all. */
function roleFor(scopes: readonly Scope[]): Role {
  const fits = (role: Role): boolean => scopes.every((scope) => scopesOf(role).includes(scope))
  return (['readonly', 'member'] as const).find(fits) ?? 'admin'
}

export async function createKey({ body, run }: Call): Promise<Reply> {
  const { name, scopes: asked } = parsed(Making, body)
  const scopes: Scope[] = [...new Set(asked.flatMap((scope) => SCOPES[scope]))]
  const { key, secret } = await run(create, { name, role: roleFor(scopes), scopes, prefix: PREFIX })
  const told = { id: key.id, key: secret, keyPrefix: key.key_prefix, name: key.name, scopes: scopesFor(key.scopes) }
  return { status: 201, body: told }
}

export async function listKeys({ run }: Call): Promise<Reply> {
  const keys: Key[] = []
  let cursor: string | undefined
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const found = await run(list, { limit: 200, ...(cursor === undefined ? {} : { cursor }) })
    keys.push(...found.keys.filter((key) => key.key_prefix.startsWith(PREFIX) && key.revoked_at === null))
    if (found.next_cursor === null) break
    cursor = found.next_cursor
  }
  return { status: 200, body: { data: keys.map(keyToWire) } }
}

function keyToWire(key: Key): object {
  return {
    id: key.id,
    keyPrefix: key.key_prefix,
    name: key.name,
    scopes: scopesFor(key.scopes),
    lastUsedAt: key.last_used_at,
    createdAt: key.created_at,
  }
}

export async function revokeKey({ params, run }: Call): Promise<Reply> {
  await run(revoke, { id: params['id'] ?? '' })
  return { status: 204 }
}
