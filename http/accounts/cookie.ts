import type { IncomingMessage } from 'node:http'
import { SESSION_DAYS } from '#core/accounts/index'
import type { Settings } from '#core/kernel/config'

/** `__Host-` binds a cookie to one https origin; plain http is for loopback, where browsers refuse that prefix. */
function cookieName(settings: Settings): string {
  return isSecure(settings) ? '__Host-writ_session' : 'writ_session'
}

export function isSecure({ public_url }: Settings): boolean {
  return public_url?.startsWith('https:') === true
}

/** The session's secret, when the request carries exactly one well-formed cookie of that name. */
export function sessionSecretOf(request: IncomingMessage, settings: Settings): string | undefined {
  const wanted = cookieName(settings)
  const values = (request.headers.cookie ?? '').split(';').flatMap((part) => {
    const [name = '', value = ''] = part.split('=', 2)
    return name.trim() === wanted ? [value.trim()] : []
  })
  const [value] = values
  return values.length === 1 && value !== undefined && /^ws_[0-9A-Za-z]{32}$/.test(value) ? value : undefined
}

/** Lax, because a person comes back from an OAuth client or a provider by a link; CSRF tokens guard what changes. */
export function sessionCookie(settings: Settings, secret: string): string {
  return attributes(settings, secret, SESSION_DAYS * 86_400)
}

export function endedCookie(settings: Settings): string {
  return attributes(settings, '', 0)
}

function attributes(settings: Settings, value: string, maxAge: number): string {
  const secure = isSecure(settings) ? '; Secure' : ''
  return `${cookieName(settings)}=${value}; Path=/; Max-Age=${maxAge}; HttpOnly; SameSite=Lax${secure}`
}
