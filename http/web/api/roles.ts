import type { PersonRole } from '#core/kernel/scope'

export type { PersonRole }

/** From most to least; the compiler holds the list to the server's. */
export const personRoles = ['owner', 'admin', 'approver', 'member', 'readonly'] as const satisfies readonly PersonRole[]

export const roleWords: Readonly<Record<PersonRole, string>> = {
  owner: 'everything, and make other owners',
  admin: 'approve, change policies, and manage people and keys',
  approver: 'see everything, and approve or deny',
  member: 'see everything, and work as an agent does',
  readonly: 'see everything and change nothing',
}
