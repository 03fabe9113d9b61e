import { Fault } from '#core/kernel/errors'
import type { Runtime } from '#core/kernel/runtime'
import { parseMasterKey, type Opening } from './box.rules.ts'

/** The instance's secret key. `cannot` says what does not work without one, as in "its ledger cannot be signed". */
export function masterKeyOf(
  { settings }: Pick<Runtime, 'settings'>,
  cannot: string,
  code: NonNullable<Opening['code']> = 'unavailable',
): Buffer {
  if (settings.secret_key !== undefined) return parseMasterKey(settings.secret_key)
  throw new Fault(code, `This instance has no secret key, so ${cannot}. Set WRIT_SECRET_KEY.`)
}
