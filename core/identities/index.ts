export { actStatusOf } from './act-binding.rules.ts'
export { identify, withSignature } from './identify.ts'
export {
  type ActStatus,
  type AgentIdentity,
  type ClaimedIdentity,
  type ReplayStatus,
  type VerificationStatus,
} from './identity.ts'
export { ALGORITHMS, type Algorithm } from './public-key.rules.ts'
export { Identity, identityToWire, keyFields, soundKey } from './schema.ts'
export { checkSignature } from './signature.ts'
export { putIdentity } from './store.ts'
export { claimToken, sweepTokenUses, type TokenUse } from './token-use.ts'
