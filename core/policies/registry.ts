import type { PolicyKind } from './kind.ts'
import { blockActionType, requireApproval, warnActionType } from './types/action-types.rules.ts'
import { agentAllowlist } from './types/agent-allowlist.rules.ts'
import { allowGrant } from './types/allow-grant.rules.ts'
import { branchFreshness } from './types/branch-freshness.rules.ts'
import { budget } from './types/budget.rules.ts'
import { condition } from './types/condition.rules.ts'
import { greenContract } from './types/green-contract.rules.ts'
import { nonFabrication } from './types/non-fabrication.rules.ts'
import { permissionEscalation } from './types/permission-escalation.rules.ts'
import { protectedPath } from './types/protected-path.rules.ts'
import { rateLimit } from './types/rate-limit.rules.ts'
import { requireEvidence } from './types/require-evidence.rules.ts'
import { riskThreshold } from './types/risk-threshold.rules.ts'
import { semantic } from './types/semantic.rules.ts'
import { webhookCheck } from './types/webhook-check.rules.ts'

/** Every policy type: a new one is a file and a line here. */
export const policyKinds: readonly PolicyKind[] = [
  riskThreshold,
  requireApproval,
  blockActionType,
  warnActionType,
  allowGrant,
  protectedPath,
  agentAllowlist,
  rateLimit,
  webhookCheck,
  nonFabrication,
  permissionEscalation,
  greenContract,
  branchFreshness,
  requireEvidence,
  budget,
  condition,
  semantic,
]

const byType = new Map(policyKinds.map((kind) => [kind.type, kind]))

/** Looks up by own entry, so that a name such as `constructor` finds nothing. */
export function kindOf(policyType: string): PolicyKind | undefined {
  return byType.get(policyType)
}

export const policyTypes: readonly string[] = policyKinds.map((kind) => kind.type)
