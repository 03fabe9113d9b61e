import type { Scope } from '../kernel/scope.ts'

const byDomain: ReadonlyMap<string, Scope> = new Map([
  ['action', 'actions:read'],
  ['agent', 'agents:read'],
  ['drift', 'agents:read'],
  ['alert', 'alerts:read'],
  ['guard', 'guard:read'],
  ['host', 'agents:read'],
  ['loop', 'loops:read'],
  ['org', 'halt:read'],
  ['policy', 'policies:read'],
  // Signals are found in actions.
  ['signal', 'actions:read'],
  ['task', 'tasks:read'],
  // Versions are read with their agent.
  ['version', 'agents:read'],
  ['webhook', 'webhooks:read'],
])

/** What reading the events of this name takes beside `events:read`; null: nobody is told of a domain not listed. */
export function scopeOfEvent(name: string): Scope | null {
  return byDomain.get(name.split('.', 1)[0] ?? '') ?? null
}
