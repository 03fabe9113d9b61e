export { assertKeyValid, assertKeyValidUnder, keyCache, unauthenticated } from './authenticate.ts'
export { insertKey, type KeyDraft, type MadeKey } from './store.ts'
export { hashSecret, newSecret } from './secret.rules.ts'
