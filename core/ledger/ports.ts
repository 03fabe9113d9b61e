import { Fault } from '#core/kernel/errors'
import type { Runtime } from '#core/kernel/runtime'
import type { SigningPorts } from './keys.ts'
import { parseMasterKey } from './seed-box.rules.ts'

export function signingPorts(runtime: Runtime): SigningPorts {
  const { secret_key } = runtime.settings
  if (secret_key === undefined) {
    throw new Fault(
      'unavailable',
      'This instance has no secret key, so its ledger cannot be signed. Set WRIT_SECRET_KEY.',
    )
  }
  return { masterKey: parseMasterKey(secret_key), now: runtime.now }
}
