import type Provider from 'oidc-provider'
import { z } from 'zod'
import { randomBytes } from 'node:crypto'
import { recordKey } from '#core/grants/index'
import { Fault } from '#core/kernel/errors'
import type { Runtime } from '#core/kernel/runtime'
import { limitUserCode } from './flood.ts'
import type { Person } from './person.ts'
import { INTERACTION_SECONDS } from './setup.ts'

export const UserCode = z.object({ user_code: z.string().min(1).max(64) })

export interface LookUp {
  readonly uid: string
  /** Value of the Set-Cookie header: the page of consent belongs to the browser in which the code was typed. */
  readonly cookie: string
}

/** From the code on a device to a request that the page of consent can show. */
export async function lookUpUserCode(
  runtime: Runtime,
  { provider, base }: { provider: Provider; base: string },
  person: Person,
  typed: string,
): Promise<LookUp> {
  await limitUserCode(runtime, person.accountId)
  const userCode = typed.toUpperCase().replaceAll(/\W/g, '')
  const code = (await provider.DeviceCode.findByUserCode(userCode, { ignoreExpiration: true })) as Found | undefined
  if (!code) throw new Fault('not_found', 'There is no such code.')
  if (code.isExpired || code.error !== undefined || code.accountId !== undefined || code.consumed !== undefined) {
    throw new Fault('gone', 'This code has expired or was answered already.')
  }
  const { ip, ua } = code.deviceInfo ?? {}
  const device = { user_code: `${userCode.slice(0, 4)}-${userCode.slice(4)}`, ip: ip ?? null, user_agent: ua ?? null }
  const uid = randomBytes(32).toString('base64url')
  const Interaction = provider.Interaction as unknown as new (
    uid: string,
    payload: object,
  ) => {
    save(seconds: number): Promise<string>
  }
  const interaction = new Interaction(uid, {
    params: { ...code.params, device },
    prompt: { name: 'consent', reasons: ['no_consent'], details: {} },
    session: { accountId: person.accountId },
    deviceCode: recordKey(userCode),
  })
  await interaction.save(INTERACTION_SECONDS)
  const name = (provider as unknown as { cookieName(type: string): string }).cookieName('interaction')
  const secure = base.startsWith('https:') ? '; Secure' : ''
  const path = `/oauth/interaction/${uid}`
  return {
    uid,
    cookie: `${name}=${uid}; Path=${path}; Max-Age=${INTERACTION_SECONDS}; HttpOnly; SameSite=Lax${secure}`,
  }
}

interface Found {
  readonly isExpired: boolean
  readonly error?: string
  readonly accountId?: string
  readonly consumed?: unknown
  readonly params: object
  readonly deviceInfo?: { readonly ip?: string; readonly ua?: string }
}
