import type { Runtime } from '#core/kernel/runtime'
import { masterKeyOf } from '#core/secrets/index'
import type { SigningPorts } from './keys.ts'

export function signingPorts(runtime: Runtime): SigningPorts {
  return { masterKey: masterKeyOf(runtime, 'its ledger cannot be signed'), now: runtime.now }
}
