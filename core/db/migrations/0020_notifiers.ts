import { sql, type Kysely } from 'kysely'

/** Where people are told of alerts and pending approvals, and what has to be told: written with the alert itself. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

/** One row per notifier of the org for each fresh row, in the transaction that wrote it, whichever code that was. */
const outbox = ({
  fn,
  subject,
  ref,
  at,
  only = '',
}: Record<'fn' | 'subject' | 'ref' | 'at', string> & { only?: string }) => `
  create function ${fn}() returns trigger language plpgsql as $$ begin
    insert into notification (org_id, notifier_id, subject, ref, status, attempts, due_at, created_at)
    select n.org_id, n.notifier_id, '${subject}', fresh.${ref}, 'pending', 0, fresh.${at}, fresh.${at}
    from fresh join notifier as n on n.org_id = fresh.org_id and n.active and '${subject}' = any(n.subjects)${only}
    on conflict do nothing;
    return null;
  end $$`

const statements = [
  `create table notifier (
    org_id text not null,
    notifier_id text not null,
    kind text not null check (kind in ('telegram', 'slack', 'webhook', 'email')),
    name text not null,
    active boolean not null,
    subjects text[] not null,
    min_severity text not null check (min_severity in ('critical', 'warning', 'info')),
    digest_after integer not null,
    target text not null,
    config jsonb not null,
    secret_encrypted bytea not null,
    answer_token_hash text,
    poll_offset bigint not null default 0,
    created_by text not null,
    created_at timestamptz not null,
    last_sent_at timestamptz,
    last_error text,
    idempotency_key text,
    request_digest text,
    primary key (org_id, notifier_id)
  )`,
  `create unique index notifier_idempotency on notifier (org_id, idempotency_key) where idempotency_key is not null`,
  `create index notifier_polled on notifier (org_id, notifier_id)
    where kind = 'telegram' and active and config ->> 'answers' = 'polling'`,
  `create table notification (
    org_id text not null,
    notifier_id text not null,
    subject text not null check (subject in ('alert', 'approval')),
    ref text not null,
    status text not null check (status in ('pending', 'sent', 'digested', 'dropped', 'failed')),
    attempts integer not null,
    due_at timestamptz not null,
    created_at timestamptz not null,
    settled_at timestamptz,
    error text,
    primary key (org_id, notifier_id, subject, ref),
    foreign key (org_id, notifier_id) references notifier (org_id, notifier_id) on delete cascade
  )`,
  `create index notification_due on notification (due_at) where status = 'pending'`,
  `create index notification_settled on notification (org_id, notifier_id, settled_at desc)
    where subject = 'alert' and status in ('sent', 'digested')`,
  outbox({
    fn: 'writ_notify_alerts',
    subject: 'alert',
    ref: 'alert_id',
    at: 'raised_at',
    only: ` and array_position(array['info', 'warning', 'critical'], fresh.severity)
        >= array_position(array['info', 'warning', 'critical'], n.min_severity)`,
  }),
  `create trigger agent_alert_notify after insert on agent_alert referencing new table as fresh
    for each statement execute function writ_notify_alerts()`,
  outbox({ fn: 'writ_notify_approvals', subject: 'approval', ref: 'action_id', at: 'created_at' }),
  `create trigger approval_notify after insert on approval referencing new table as fresh
    for each statement execute function writ_notify_approvals()`,
  `create table telegram_link (
    org_id text not null,
    telegram_user_id bigint not null,
    account_id text not null,
    linked_at timestamptz not null,
    primary key (org_id, telegram_user_id)
  )`,
  `create table telegram_link_code (
    org_id text not null,
    code_hash text not null,
    account_id text not null,
    expires_at timestamptz not null,
    primary key (org_id, code_hash)
  )`,
]
