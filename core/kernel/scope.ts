/** Every permission there is, `<domain>:<verb>`. An operation names exactly one (or `public`). */
export const scopes = [
  'guard:evaluate',
  'guard:read',
  'actions:read',
  'actions:write',
  'actions:delete',
  'approvals:decide',
  'approvals:read',
  'assumptions:read',
  'assumptions:write',
  'loops:read',
  'loops:write',
  'policies:read',
  'policies:write',
  'agents:read',
  'agents:write',
  'agents:pause',
  'roi:write',
  'drift:write',
  'alerts:read',
  'alerts:write',
  'notifiers:read',
  'notifiers:write',
  'halt:read',
  'halt:write',
  'tools:read',
  'tools:write',
  'keys:read',
  'keys:write',
  'settings:read',
  'settings:write',
  'ledger:read',
  'ledger:write',
  'events:read',
  'orgs:read',
  'orgs:write',
  'members:read',
  'members:write',
  'grants:read',
  'grants:write',
  'activity:read',
  'identities:read',
  'identities:write',
  'account:read',
  'account:write',
  'security:scan',
  'system:read',
  'tasks:read',
  'tasks:write',
  'webhooks:read',
  'webhooks:write',
] as const

export type Scope = (typeof scopes)[number]

/** The roles of API keys. People have these and one more. */
export const roles = ['admin', 'approver', 'member', 'readonly'] as const
export type Role = (typeof roles)[number]

/** An owner may do what an admin may, and alone makes and removes owners. */
export const personRoles = ['owner', ...roles] as const
export type PersonRole = (typeof personRoles)[number]

/** Orgs belong to whoever runs the instance, not to the admin of one org. */
export const operatorScopes: readonly Scope[] = ['orgs:read', 'orgs:write']

/** Of a person with a session, whatever their role: their own account. No key and no OAuth client has one. */
export const accountScopes: readonly Scope[] = ['account:read', 'account:write']

/** What shows who may do what, and who did: for admins. */
const adminReading: readonly Scope[] = [
  'keys:read',
  'members:read',
  'grants:read',
  'activity:read',
  'identities:read',
  'notifiers:read',
  'system:read',
  // Their addresses may hold what only the receiver should know.
  'webhooks:read',
]

const reserved = new Set<Scope>([...operatorScopes, ...accountScopes])
const reading = scopes.filter(
  (scope) => scope.endsWith(':read') && !reserved.has(scope) && !adminReading.includes(scope),
)
const agentWork: readonly Scope[] = [
  'guard:evaluate',
  'actions:write',
  'assumptions:write',
  'loops:write',
  'agents:write',
  'security:scan',
  'tasks:write',
]

const administration = scopes.filter((scope) => !reserved.has(scope))

const byRole: Readonly<Record<PersonRole, readonly Scope[]>> = {
  owner: administration,
  admin: administration,
  approver: [...reading, 'approvals:decide', 'alerts:write'],
  member: [...reading, ...agentWork],
  readonly: reading,
}

export function scopesOf(role: PersonRole): readonly Scope[] {
  return byRole[role]
}
