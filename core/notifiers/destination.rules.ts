import ipaddr from 'ipaddr.js'
import { isAllowListed, type AllowList } from '../kernel/allow-list.ts'
import { Fault } from '../kernel/errors.ts'
import { DESTINATIONS, type DestinationKind, type Destinations } from './schema.ts'

/** A destination taken apart: what may be shown and what is encrypted. */
export interface Destination {
  readonly kind: DestinationKind
  readonly target: string
  readonly config: Readonly<Record<string, unknown>>
  readonly secrets: Readonly<Record<string, string>>
}

/** The one destination that was given; undefined for none. Throws the 400. */
export function destinationIn(given: Destinations, allow: AllowList): Destination | undefined {
  const named = DESTINATIONS.filter((kind) => given[kind] !== undefined)
  if (named.length > 1) throw invalid(`${named.join(', ')}: name one of them`)
  const { telegram, slack, webhook, email } = given
  if (telegram) {
    const { bot_token, api_url, ...config } = telegram
    if (api_url !== undefined) checkUrl('telegram.api_url', api_url, allow)
    const api = api_url ?? 'https://api.telegram.org'
    return { kind: 'telegram', target: `chat ${config.chat_id}`, config: { ...config, api }, secrets: { bot_token } }
  }
  if (slack) return { kind: 'slack', target: checkUrl('slack.url', slack.url, allow), config: {}, secrets: slack }
  if (webhook)
    return { kind: 'webhook', target: checkUrl('webhook.url', webhook.url, allow), config: {}, secrets: webhook }
  if (email) return mailbox(email, allow)
  return undefined
}

function mailbox(email: NonNullable<Destinations['email']>, allow: AllowList): Destination {
  const { password, ...config } = email
  const listed = isAllowListed(allow, new URL(`smtp://${bracketed(email.host)}:${email.port}`))
  if (!listed && isInside(email.host)) throw invalid('email.host: is a private address')
  if (!listed && email.security === 'none') throw invalid('email.security: must be tls or starttls for this host')
  if ((email.user === undefined) !== (password === undefined)) throw invalid('email.password: goes with email.user')
  const secrets: Record<string, string> = password === undefined ? {} : { password }
  return { kind: 'email', target: `${email.to.join(', ')} by ${email.host}`, config, secrets }
}

const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host)

/** Its host: the rest of such an address is often all that one needs to post to it. */
function checkUrl(field: string, text: string, allow: AllowList): string {
  const url = new URL(text)
  if (url.username !== '' || url.password !== '') throw invalid(`${field}: must not hold a name or a password`)
  if (isAllowListed(allow, url)) return url.host
  if (url.protocol !== 'https:') throw invalid(`${field}: must be https, unless the operator allows the host`)
  if (isInside(url.hostname.replace(/^\[|\]$/g, ''))) throw invalid(`${field}: is a private address`)
  return url.host
}

/** What can be told without asking for the name's address; the fetch port judges every address again. */
function isInside(host: string): boolean {
  if (/(^|\.)(localhost|local|internal)$/i.test(host)) return true
  return ipaddr.isValid(host) && ipaddr.process(host).range() !== 'unicast'
}

export function invalid(problem: string): Fault {
  return new Fault('invalid_input', 'Validation failed', { details: [problem] })
}
