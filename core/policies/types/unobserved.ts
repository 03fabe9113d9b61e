import { stricter, type Decision } from '../decision.rules.ts'
import type { Firing } from '../kind.ts'
import type { Observation } from '../observe.ts'

/**
 * What a rule answers when the outside look it needs did not come: at least require_approval, or its own action where
 * that is stricter. Only a look that was left out on purpose (simulation) has no effect.
 */
export function unobserved(observed: Observation | undefined, path: string, action: Decision): Firing {
  if (observed?.kind === 'skipped') {
    return { path, expected: null, seen: null, effect: 'allow', message: `Not judged: ${observed.why}.` }
  }
  const why = observed?.kind === 'failed' ? observed.why : 'no answer was available'
  const fallback = observed?.kind === 'failed' ? (observed.fallback ?? 'require_approval') : 'require_approval'
  return {
    path,
    expected: null,
    seen: null,
    effect: stricter(stricter('require_approval', fallback), action),
    failed: true,
    message: `This rule could not be judged: ${why}.`,
  }
}
