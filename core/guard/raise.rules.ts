import { stricter, type Verdict } from '#core/policies/index'
import type { Decided } from './decide.ts'
import { identityFindings, type Finding } from './identity.rules.ts'

export type Parts = Pick<Decided, 'decision' | 'reasons' | 'warnings' | 'matched'>

type Start = Pick<Decided, 'gathered' | 'snapshot' | 'agentId' | 'identity' | 'actStatus'>

/** What the findings that are no policies make of a verdict: they only raise it. Who speaks is told first. */
export function raiseByFindings(start: Start, verdict: Verdict): Parts {
  const raised = raise([...injectionFinding(start), ...secretFinding(start), ...namelessFinding(start)], verdict)
  const found = identityFindings(start.identity, start.actStatus, start.snapshot.settings)
  if (found.length === 0) return raised
  const { decision, reasons, warnings, matched } = raise(found, {
    ...verdict,
    reasons: [],
    warnings: [],
    matched_policies: [],
  })
  return {
    decision: stricter(decision, raised.decision),
    reasons: [...reasons, ...raised.reasons],
    warnings: [...warnings, ...raised.warnings],
    matched: [...matched, ...raised.matched],
  }
}

function raise(findings: readonly Finding[], verdict: Verdict): Parts {
  return findings.reduce<Parts>(
    (parts, { to, sentence, id }) => ({
      decision: stricter(parts.decision, to),
      reasons: to === 'warn' ? parts.reasons : [...parts.reasons, sentence],
      warnings: to === 'warn' ? [...parts.warnings, sentence] : parts.warnings,
      matched: [...parts.matched, id],
    }),
    {
      decision: verdict.decision,
      reasons: verdict.reasons,
      warnings: verdict.warnings,
      matched: verdict.matched_policies,
    },
  )
}

function injectionFinding({ gathered, snapshot }: Pick<Decided, 'gathered' | 'snapshot'>): Finding[] {
  const { injection } = gathered
  const named = injection.categories.join(', ')
  const id = 'builtin:prompt_injection'
  if (injection.combined) {
    const to = snapshot.settings.injection_block ? 'block' : 'require_approval'
    return [{ to, id, sentence: `Combined signs of prompt injection (${named}).` }]
  }
  const strong = injection.risk_level === 'high' || injection.risk_level === 'critical'
  return strong ? [{ to: 'warn', id, sentence: `Looks like prompt injection (${named}).` }] : []
}

function secretFinding({ gathered, snapshot }: Pick<Decided, 'gathered' | 'snapshot'>): Finding[] {
  const { secrets } = gathered
  if (!secrets?.detected) return []
  const grave = snapshot.settings.secret_block && secrets.findings.some(({ severity }) => severity === 'critical')
  const named = [...new Set(secrets.findings.map(({ pattern }) => pattern))].join(', ')
  return [
    { to: grave ? 'block' : 'warn', id: 'builtin:secret_scan', sentence: `The content holds secrets (${named}).` },
  ]
}

/** Leaving the agent's name away must not be a way around its pause. */
function namelessFinding({ agentId, snapshot }: Pick<Decided, 'agentId' | 'snapshot'>): Finding[] {
  if (agentId !== null || snapshot.paused.size === 0) return []
  const sentence = 'An agent of this organization is paused, and this call does not say which agent acts.'
  return [{ to: 'require_approval', id: 'builtin:pause', sentence }]
}
