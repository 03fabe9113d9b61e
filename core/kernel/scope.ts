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
  'halt:read',
  'halt:write',
  'keys:read',
  'keys:write',
  'settings:read',
  'settings:write',
  'ledger:read',
  'ledger:write',
  'events:read',
  'orgs:read',
  'orgs:write',
  'security:scan',
  'system:read',
] as const

export type Scope = (typeof scopes)[number]

export type Role = 'admin' | 'approver' | 'member' | 'readonly'
export const roles = ['admin', 'approver', 'member', 'readonly'] as const satisfies readonly Role[]

const reading = scopes.filter((scope) => scope.endsWith(':read') && scope !== 'keys:read' && scope !== 'orgs:read')
const agentWork: readonly Scope[] = [
  'guard:evaluate',
  'actions:write',
  'assumptions:write',
  'loops:write',
  'agents:write',
  'security:scan',
]

/** Orgs belong to whoever runs the instance, not to the admin of one org. */
export const operatorScopes: readonly Scope[] = ['orgs:read', 'orgs:write']

const byRole: Readonly<Record<Role, readonly Scope[]>> = {
  admin: scopes.filter((scope) => !operatorScopes.includes(scope)),
  approver: [...reading, 'approvals:decide'],
  member: [...reading, ...agentWork],
  readonly: reading,
}

export function scopesOf(role: Role): readonly Scope[] {
  return byRole[role]
}
