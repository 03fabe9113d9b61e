import type { Facts } from './facts.ts'

/** Whose calls are counted. All names are prefixed, so that an agent cannot borrow the counter of a key. */
export function keySubject(facts: Facts): string {
  return facts.keyId === null ? 'org' : `key:${facts.keyId}`
}

/** An unnamed agent shares the counter of its key: leaving the id out wins nothing. */
export function agentSubject(facts: Facts): string {
  return facts.agentId === null ? keySubject(facts) : `agent:${facts.agentId}`
}

/** A scope the request does not name is counted in one bucket per caller. */
export function scopedSubject(scope: string, name: string | null | undefined, facts: Facts): string {
  return name == null || name === '' ? `${scope}:none:${agentSubject(facts)}` : `${scope}:named:${name}`
}
