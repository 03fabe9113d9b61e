/** From free to forbidden; the order is the lattice that every phase climbs. */
export const DECISIONS = ['allow', 'warn', 'require_approval', 'block'] as const
export type Decision = (typeof DECISIONS)[number]

const RANK: Readonly<Record<Decision, number>> = { allow: 0, warn: 1, require_approval: 2, block: 3 }

/** 0 for allow up to 3 for block. */
export function rankOf(decision: Decision): number {
  return RANK[decision]
}

export function stricter(a: Decision, b: Decision): Decision {
  return RANK[a] >= RANK[b] ? a : b
}

export function isDecision(value: unknown): value is Decision {
  return typeof value === 'string' && Object.hasOwn(RANK, value)
}
