import { Webhook } from 'standardwebhooks'
import type { DestinationKind } from './schema.ts'
import { assertTaken, NotSent, post, type Plug } from './plug.ts'
import { telegram } from './telegram.ts'

/** https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks, section "Advanced message formatting". */
const slack: Plug = async (channel, { title, text, link }) => {
  const section = { type: 'section', text: { type: 'mrkdwn', text: `*${escaped(title)}*\n${escaped(text)}` } }
  const open = { type: 'button', text: { type: 'plain_text', text: 'Open' }, url: link }
  const blocks = [section, ...(link === undefined ? [] : [{ type: 'actions', elements: [open] }])]
  const body = JSON.stringify({ text: escaped(`${title} — ${text}`), blocks })
  assertTaken(await post(channel, channel.secrets['url'] ?? '', { body }))
}

/** Slack reads three characters as its own. */
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').slice(0, 2900)

const webhook: Plug = async (channel, { id, event, at, title, text, link, data }) => {
  const now = channel.runtime.now()
  const body = JSON.stringify({ type: event, timestamp: at.toISOString(), data: { title, text, link, ...data } })
  const headers = {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
    'webhook-signature': new Webhook(channel.secrets['signing_secret'] ?? '').sign(id, now, body),
  }
  assertTaken(await post(channel, channel.secrets['url'] ?? '', { body, headers }))
}

const email: Plug = async ({ runtime, notifier, secrets, signal }, { id, title, text, link }) => {
  const { mail } = runtime.ports
  if (!mail) throw new NotSent('this server sends no mail', { final: true })
  const { host, port, security, user, sender, to } = notifier.config as unknown as MailConfig
  const server = { host, port, security, ...(user === undefined ? {} : { user, password: secrets['password'] ?? '' }) }
  const letter = { from: sender, to, subject: title, text: link === undefined ? text : `${text}\n\n${link}`, id }
  try {
    await mail(server, letter, signal)
  } catch (cause) {
    throw new NotSent(cause instanceof Error ? cause.message : 'the mail was not taken', { cause })
  }
}

interface MailConfig {
  readonly host: string
  readonly port: number
  readonly security: 'tls' | 'starttls' | 'none'
  readonly user?: string
  readonly sender: string
  readonly to: readonly string[]
}

export const plugs: Readonly<Record<DestinationKind, Plug>> = { telegram, slack, webhook, email }
