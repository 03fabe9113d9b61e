import { actStatusOf, type ActStatus, type ClaimedIdentity } from '#core/identities/index'
import type { Decision } from '#core/policies/index'
import type { OrgSettings } from '#core/settings/index'
import type { ActRequest } from './schema.ts'

export interface Finding {
  readonly to: Decision
  readonly sentence: string
  readonly id: string
}

/** How the act that is asked about stands to the one the caller's token is bound to. */
export function actStatus({ by, claims }: ClaimedIdentity, request: ActRequest): ActStatus {
  if (by !== 'token' || claims === null) return 'not_applicable'
  const { action_type: action, declared_goal: goal, target } = request
  return actStatusOf(claims.bindings, { action, goal, target })
}

type Rules = Pick<OrgSettings, 'identity_replay' | 'identity_act_binding' | 'require_verified_identity'>

/** What the three axes of identity make of a decision, at the least. */
export function identityFindings(identity: ClaimedIdentity, act: ActStatus, rules: Rules): Finding[] {
  // Most calls: no token, and nothing is asked for.
  if (!identity.presented && rules.require_verified_identity === 'off') return []
  return [
    ...replayFinding(identity, rules),
    ...bindingFinding(identity, act, rules),
    ...verifiedFinding(identity, rules),
  ]
}

function replayFinding({ replay, presented, by }: ClaimedIdentity, { identity_replay: mode }: Rules): Finding[] {
  const id = 'builtin:identity_replay'
  const block = (sentence: string): Finding[] => [{ to: 'block', id, sentence }]
  if (mode === 'off') return []
  if (replay === 'replayed') return block('This identity token was used before (replayed): each act needs a fresh one.')
  if (replay === 'exp_too_far')
    return block('This identity token ends too late (exp_too_far): ask for a short-lived one.')
  if (mode !== 'required') return []
  if (replay === 'not_present') return block('This identity token has no usable jti, which this organization requires.')
  if (replay === 'unavailable') return block('Whether this identity token was used before could not be found out.')
  return presented && by !== 'token' ? block(UNREADABLE) : []
}

function bindingFinding(
  { presented, by }: ClaimedIdentity,
  act: ActStatus,
  { identity_act_binding }: Rules,
): Finding[] {
  const id = 'builtin:act_binding'
  const block = (sentence: string): Finding[] => [{ to: 'block', id, sentence }]
  if (identity_act_binding === 'off') return []
  if (act === 'mismatch') return block('The identity token is bound to another act than this one (mismatch).')
  if (identity_act_binding !== 'required' || act === 'match') return []
  if (act !== 'not_applicable') return block(`The identity token is not bound to this act (${act}), which is required.`)
  return presented && by !== 'token' ? block(UNREADABLE) : []
}

/** What is required of a token cannot be read from one that is not verified. */
const UNREADABLE = 'The identity token that was sent could not be verified, and this organization requires more of it.'

function verifiedFinding({ verification }: ClaimedIdentity, { require_verified_identity: to }: Rules): Finding[] {
  if (to === 'off' || verification === 'verified') return []
  const sentence = `The agent is not verified (${verification}); this organization asks for a verified identity.`
  return [{ to, id: 'builtin:verified_identity', sentence }]
}
