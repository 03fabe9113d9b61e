import type { CompiledGrant, CompiledPolicies } from './compile.ts'
import { foldType, riskOf, type Facts } from './facts.ts'
import { liesUnder } from './prefix.rules.ts'

/**
 * Grants that cover these facts, by id. Declared and evaluated type must both be the granted one, so that evidence
 * cannot carry an act under a grant for something else; a caller without agent id gets no agent's grant.
 */
export function matchingGrants(compiled: CompiledPolicies, facts: Facts): readonly CompiledGrant[] {
  const type = foldType(facts.actionType)
  if (type !== foldType(facts.declaredActionType)) return []
  const granted = (compiled.grants.get(type) ?? []).filter((grant) => covers(grant, facts))
  return granted.toSorted((a, b) => (a.id < b.id ? -1 : 1))
}

function covers(grant: CompiledGrant, facts: Facts): boolean {
  const { target_prefix: prefix, max_risk: maxRisk } = grant.rules
  if (!(facts.at.getTime() < grant.expiresAt) || riskOf(facts) > maxRisk) return false
  if (grant.agentIds !== null && (facts.agentId === null || !grant.agentIds.includes(facts.agentId))) return false
  if (prefix === undefined) return true
  const lies = liesUnder(facts.target, prefix) && facts.writePaths.every((path) => liesUnder(path, prefix))
  return lies && reachesOnly(prefix, facts)
}

/** What the act itself reaches must lie under the prefix too: the declared target is only the caller's word. */
function reachesOnly(prefix: string, { evidence }: Facts): boolean {
  if (evidence === null) return true
  const { target, hosts } = evidence
  const host = /^[a-z][a-z0-9+.-]*:\/\/([^/:]+)/i.exec(prefix)?.[1]?.toLowerCase()
  if (host !== undefined && hosts.some((each) => each.toLowerCase() !== host)) return false
  return (
    target === null || liesUnder(target, prefix) || liesUnder(target.replace(/^[a-z][a-z0-9+.-]*:\/\//i, ''), prefix)
  )
}
