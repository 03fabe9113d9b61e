import type { Operation } from '#core/kernel/operation'
import { scopesOf, type PersonRole, type Scope } from '#core/kernel/scope'

/** The built-in client: a person at a terminal. */
export const CLI_CLIENT = 'writ-cli'

/** Domains that no client may touch, whatever a role holds: they decide who may do what. */
const withheld = new Set(['keys', 'members', 'settings', 'account', 'orgs', 'grants', 'activity', 'identities'])
const withheldOne = new Set<Scope>([
  'approvals:decide',
  'policies:write',
  'halt:write',
  'tools:write',
  'ledger:write',
  'agents:pause',
])

/** What a client can ask for: what a member may, as far as an operation asks for it. */
export function grantableScopes(operations: readonly Operation[]): readonly Scope[] {
  const used = new Set(operations.map(({ scope }) => scope))
  return scopesOf('member')
    .filter((scope) => used.has(scope) && !withheld.has(scope.split(':')[0] ?? '') && !withheldOne.has(scope))
    .toSorted()
}

/** At a terminal a person does what their role allows; which role that is depends on the org they choose. */
export const cliScopes: readonly Scope[] = scopesOf('owner').toSorted()

/** What one person can let one client have, of what it asked for. */
export function offered(asked: readonly string[], role: PersonRole, ofClient: readonly Scope[]): readonly Scope[] {
  const held = new Set(scopesOf(role))
  return ofClient.filter((scope) => held.has(scope) && asked.includes(scope))
}

/** What a scope allows, as the person reads it before they agree. */
export const scopeWords: Readonly<Record<Scope, string>> = {
  'guard:evaluate': 'Ask whether an act is allowed, and have the answer recorded',
  'guard:read': 'See earlier decisions and why they were made',
  'actions:read': 'See what agents did and what came of it',
  'actions:write': 'Record acts and report how they ended',
  'actions:delete': 'Remove recorded acts',
  'approvals:decide': 'Approve or deny acts on your behalf',
  'approvals:read': 'See what waits for approval, and wait for the answer',
  'assumptions:read': 'See the assumptions agents work on',
  'assumptions:write': 'Record assumptions and mark them right or wrong',
  'loops:read': 'See open questions and follow-ups',
  'loops:write': 'Open and close questions and follow-ups',
  'policies:read': 'See the policies',
  'policies:write': 'Create and change policies',
  'agents:read': 'See the list of agents',
  'agents:write': 'Register an agent and report that it is alive',
  'agents:pause': 'Pause and resume agents',
  'roi:write': 'Say what a success of a task is worth',
  'drift:write': 'Choose what the behaviour of an agent is compared with',
  'alerts:read': 'See alerts about agents',
  'alerts:write': 'Acknowledge and mute alerts about agents',
  'notifiers:read': 'See where people are told of alerts and approvals',
  'notifiers:write': 'Change where people are told of alerts and approvals',
  'halt:read': 'See whether everything is stopped',
  'halt:write': 'Stop everything, and let it go on',
  'tools:read': 'See the tools of wrapped MCP servers and what they say about themselves',
  'tools:write': 'Approve and remove tools of wrapped MCP servers',
  'keys:read': 'See the API keys, never their secrets',
  'keys:write': 'Create, replace and revoke API keys',
  'settings:read': 'See the settings of the organization',
  'settings:write': 'Change the settings of the organization',
  'ledger:read': 'Read the ledger and its proofs',
  'ledger:write': 'Replace the key that signs the ledger',
  'events:read': 'Follow events as they happen',
  'orgs:read': 'See the organizations of this instance',
  'orgs:write': 'Create organizations',
  'members:read': 'See who belongs to the organization',
  'members:write': 'Invite, change and remove members',
  'grants:read': 'See which applications people connected',
  'grants:write': 'Disconnect applications of other people',
  'activity:read': 'See what administrators did',
  'identities:read': 'See the keys and identities of agents',
  'identities:write': 'Approve and revoke identities of agents',
  'account:read': 'See your account and your sessions',
  'account:write': 'Change your account and end your sessions',
  'security:scan': 'Have texts checked for secrets and injected instructions',
  'system:read': 'See the state of the server',
  'tasks:read': 'See the tasks of agents',
  'tasks:write': 'Create, claim and end tasks',
  'webhooks:read': 'See where events are sent to',
  'webhooks:write': 'Have events sent to other servers',
}
