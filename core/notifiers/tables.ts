import type { ColumnType, Generated } from 'kysely'
import type { Severity } from '#core/alerts/index'
import type { DestinationKind, Subject } from './schema.ts'

export interface NotifierTable {
  readonly org_id: string
  readonly notifier_id: string
  readonly kind: DestinationKind
  name: string
  active: boolean
  subjects: Subject[]
  min_severity: Severity
  digest_after: number
  /** Where it leads, as it is shown. */
  target: string
  config: ColumnType<Record<string, unknown>, string, string>
  /** Tokens, passwords and addresses that are as good as one: JSON, encrypted, bound to org and notifier. */
  secret_encrypted: Buffer
  /** SHA-256 of the token that Telegram sends with its answers, hex. */
  answer_token_hash: string | null
  /** The first answer of Telegram that was not read yet. */
  poll_offset: Generated<number>
  /** Where Telegram was told to post answers. */
  hook_url: string | null
  /** When it may be told next. */
  hook_due_at: Generated<Date>
  readonly created_by: string
  readonly created_at: Date
  last_sent_at: Date | null
  last_error: string | null
  readonly idempotency_key: string | null
  readonly request_digest: string | null
}

/** One thing to be told by one notifier; written by a trigger in the transaction of what it tells. */
export interface NotificationTable {
  readonly org_id: string
  readonly notifier_id: string
  readonly subject: Subject
  /** The alert or the act. */
  readonly ref: string
  /** digested: told with others in one message; dropped: nothing was left to tell. */
  status: 'pending' | 'sent' | 'digested' | 'dropped' | 'failed'
  attempts: number
  due_at: Date
  readonly created_at: Date
  settled_at: Date | null
  error: string | null
  /** It waits for the next digest, which counts it even when it is over by then. */
  held: Generated<boolean>
}

/** Which person of the org a user of Telegram is; they proved it from both sides. */
export interface TelegramLinkTable {
  readonly org_id: string
  readonly telegram_user_id: number
  account_id: string
  linked_at: Date
}

export interface TelegramLinkCodeTable {
  readonly org_id: string
  /** SHA-256 of the code, hex. */
  readonly code_hash: string
  readonly account_id: string
  readonly expires_at: Date
}
