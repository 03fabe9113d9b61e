import type { Selectable } from 'kysely'
import { z } from 'zod'
import { SEVERITIES } from '#core/alerts/index'
import type { NotificationTable, NotifierTable, TelegramLinkTable } from './tables.ts'

export const DESTINATIONS = ['telegram', 'slack', 'webhook', 'email'] as const
export type DestinationKind = (typeof DESTINATIONS)[number]

const SUBJECTS = ['alert', 'approval'] as const
export type Subject = (typeof SUBJECTS)[number]

export const NotifierId = z.string().min(1).max(128)
const Address = z
  .url({ protocol: /^https?$/ })
  .max(1000)
  .describe('https, unless the operator allows the host')
const Printable = z
  .string()
  .min(1)
  .max(500)
  .regex(/^[\x21-\x7e]+$/, 'must be printable ASCII without spaces')

const Telegram = z.strictObject({
  bot_token: z.string().regex(/^\d{1,20}:[\w-]{20,100}$/, 'must be a token as @BotFather gives it, 123456:ABC…'),
  chat_id: z
    .string()
    .regex(/^-?\d{1,20}$/, 'must be the number of a chat')
    .describe('Messages go there, and answers from elsewhere are refused'),
  answers: z
    .enum(['polling', 'webhook', 'off'])
    .default('polling')
    .describe('How buttons come back; webhook: posted to the public address of this server'),
  api_url: Address.optional().describe('Of your own Bot API server'),
})
const Email = z.strictObject({
  host: z.string().min(1).max(253),
  port: z.int().min(1).max(65_535).default(587),
  security: z.enum(['tls', 'starttls', 'none']).default('starttls').describe('none: only to hosts the operator allows'),
  user: Printable.optional(),
  password: Printable.optional(),
  sender: z.email().max(254),
  to: z.array(z.email().max(254)).min(1).max(20),
})

/** Exactly one of them says where messages go. */
export const destinationFields = {
  telegram: Telegram.optional().describe('A chat of Telegram, with buttons'),
  slack: z
    .strictObject({ url: Address })
    .optional()
    .describe('An incoming webhook of Slack or what speaks its language'),
  webhook: z.strictObject({ url: Address }).optional().describe('Your own receiver; signed by Standard Webhooks'),
  email: Email.optional().describe('By an SMTP server'),
}
const destinations = z.object(destinationFields)
export type Destinations = z.output<typeof destinations>

export const choiceFields = {
  name: z.string().min(1).max(120),
  active: z.boolean(),
  subjects: z.array(z.enum(SUBJECTS)).min(1).max(SUBJECTS.length),
  min_severity: z.enum(SEVERITIES).describe('Alerts that are less grave are not told'),
  digest_after: z.int().min(1).max(100).describe('More alerts in ten minutes come as one message'),
}

export const Notifier = z
  .object({
    notifier_id: z.string(),
    kind: z.enum(DESTINATIONS),
    ...choiceFields,
    target: z.string().describe('Where it leads, without what is secret'),
    created_at: z.iso.datetime(),
    last_sent_at: z.iso.datetime().nullable(),
    last_error: z.string().nullable().describe('Why the newest message did not get through'),
  })
  .meta({ id: 'Notifier' })
export type Notifier = z.output<typeof Notifier>

/** Registered by the server itself where it knows its public address. */
export const TelegramWebhook = z
  .object({ url: z.string().describe('Below the public address of this server'), secret_token: z.string() })
  .describe("What setWebhook takes, with answers: 'webhook'; shown once, needed where public_url is not set")

export type NotifierRow = Selectable<NotifierTable>

export function notifierToWire(row: NotifierRow): Notifier {
  return {
    notifier_id: row.notifier_id,
    kind: row.kind,
    name: row.name,
    active: row.active,
    subjects: row.subjects,
    min_severity: row.min_severity,
    digest_after: row.digest_after,
    target: row.target,
    created_at: row.created_at.toISOString(),
    last_sent_at: row.last_sent_at?.toISOString() ?? null,
    last_error: row.last_error,
  }
}

export const DELIVERY_STATES = ['pending', 'sent', 'digested', 'dropped', 'failed'] as const

export const NotifierDelivery = z
  .object({
    subject: z.enum(SUBJECTS),
    ref: z.string().describe('The alert or the act'),
    status: z
      .enum(DELIVERY_STATES)
      .describe('digested: told with others in one message; dropped: it was over before it was told'),
    attempts: z.int(),
    due_at: z.iso.datetime().nullable().describe('Of what is pending: the next attempt'),
    error: z.string().nullable().describe('Why the newest attempt did not get through'),
    created_at: z.iso.datetime(),
    settled_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'NotifierDelivery' })

export function deliveryToWire(row: Selectable<NotificationTable>): z.output<typeof NotifierDelivery> {
  const { subject, ref, status, attempts, error } = row
  return {
    subject,
    ref,
    status,
    attempts,
    due_at: status === 'pending' ? row.due_at.toISOString() : null,
    error,
    created_at: row.created_at.toISOString(),
    settled_at: row.settled_at?.toISOString() ?? null,
  }
}

export const TelegramLink = z
  .object({
    telegram_user_id: z.int(),
    account_id: z.string(),
    email: z.string().nullable().describe('Null: there is no such account any more'),
    linked_at: z.iso.datetime(),
  })
  .meta({ id: 'TelegramLink' })

interface LinkRow extends Pick<Selectable<TelegramLinkTable>, 'telegram_user_id' | 'account_id' | 'linked_at'> {
  readonly email: string | null
}

export const linkToWire = ({ linked_at, ...row }: LinkRow): z.output<typeof TelegramLink> => ({
  ...row,
  linked_at: linked_at.toISOString(),
})
