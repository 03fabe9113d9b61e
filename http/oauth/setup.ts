import type { SigningKey } from '#core/grants/index'
import type { Runtime } from '#core/kernel/runtime'
import type { Scope } from '#core/kernel/scope'

export const ACCESS_TOKEN_SECONDS = 600
export const REFRESH_TOKEN_SECONDS = 30 * 86_400
export const INTERACTION_SECONDS = 1800
export const DEVICE_CODE_SECONDS = 600

export interface ProviderSetup {
  readonly runtime: Runtime
  /** The issuer. */
  readonly base: string
  readonly keys: readonly SigningKey[]
  /** What a client may ask for that is not the command line. */
  readonly grantable: readonly Scope[]
}
