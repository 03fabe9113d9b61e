import { hash } from 'node:crypto'
import { canonical } from '#core/ledger/index'
import type { ActStatus } from './identity.ts'

/** Claims by which an issuer binds a token to one act. */
export const ACT_BINDING_CLAIMS = ['urn:writ:act-binding', 'urn:dashclaw:act-binding'] as const

const TYPE = 'action-binding/v1'

export interface BoundAct {
  readonly action: string
  readonly goal: string | undefined
  readonly target: string | undefined
}

/** What an issuer puts into `hash`: SHA-256 of the canonical JSON of `{action, goal, target}`, texts in Unicode's NFC. */
export function actBindingHash({ action, goal, target }: Record<keyof BoundAct, string>): string {
  const act = { action: action.normalize('NFC'), goal: goal.normalize('NFC'), target: target.normalize('NFC') }
  return `sha256:${hash('sha256', canonical(act), 'base64url')}`
}

/** How the bindings of a verified token stand to the act that is asked about; the worst one counts. */
export function actStatusOf(bindings: readonly unknown[], { action, goal, target }: BoundAct): ActStatus {
  const known = bindings.filter(isBinding)
  if (bindings.length === 0) return 'not_present'
  if (known.length < bindings.length) return 'unsupported_typ'
  if (goal === undefined || target === undefined) return 'ctx_incomplete'
  const wanted = actBindingHash({ action, goal, target })
  return known.every((binding) => binding.hash === wanted) ? 'match' : 'mismatch'
}

function isBinding(value: unknown): value is { readonly typ: string; readonly hash: unknown } {
  return typeof value === 'object' && value !== null && 'typ' in value && value.typ === TYPE && 'hash' in value
}
