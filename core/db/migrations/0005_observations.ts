import { sql, type Kysely } from 'kysely'

/** Rate counters, budgets with their reservations, webhook secrets and deliveries. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

/** Which usage row a reservation belongs to. */
const usageKey = (row: string, item: string): string =>
  ['org_id', 'policy_id', 'subject', 'time_window', 'window_start']
    .map((column) => `${row}.${column} = ${item}.${column}`)
    .join(' and ')

const fits = (metric: string, held: string): string =>
  `(item.limit_${metric} is null or ${held} item.${metric} <= item.limit_${metric})`

const heldBefore = (metric: string): string => `u.used_${metric} + u.reserved_${metric} +`

/** Succeeds (FOUND) only when every limited metric has room: one statement, so parallel calls cannot overrun. */
const reserve = `
  insert into budget_usage as u (org_id, policy_id, subject, time_window, window_start,
    reserved_usd_micros, reserved_tokens, reserved_calls)
  select item.org_id, item.policy_id, item.subject, item.time_window, item.window_start,
    item.usd_micros, item.tokens, item.calls
  where ${fits('usd_micros', '')} and ${fits('tokens', '')} and ${fits('calls', '')}
  on conflict (org_id, policy_id, subject, time_window, window_start) do update set
    reserved_usd_micros = u.reserved_usd_micros + excluded.reserved_usd_micros,
    reserved_tokens = u.reserved_tokens + excluded.reserved_tokens,
    reserved_calls = u.reserved_calls + excluded.reserved_calls
  where ${['usd_micros', 'tokens', 'calls'].map((metric) => fits(metric, heldBefore(metric))).join(' and ')};
  made := found;`

/**
 * The usage row first, as everybody does. SKIP LOCKED: whoever settles one of these rows right now decides about it.
 * What waits for a person is held for as long as the person has.
 */
const lapse = `
  perform 1 from budget_usage u where ${usageKey('u', 'item')} for update;
  with due as (
    select r.org_id, r.id from budget_reservation r
    where ${usageKey('r', 'item')} and r.state = 'reserved' and r.expires_at <= at
      and not exists (
        select 1 from action_record a join approval p on p.org_id = a.org_id and p.action_id = a.action_id
        where a.org_id = r.org_id and a.budget_reference = r.reference and p.state = 'pending'
      )
    for update skip locked
  ), lapsed as (
    update budget_reservation r set state = 'lapsed', settled_at = at from due
    where r.org_id = due.org_id and r.id = due.id
    returning r.usd_micros, r.tokens, r.calls
  ), freed as (
    select count(*) as n, sum(usd_micros) as usd_micros, sum(tokens) as tokens, sum(calls) as calls from lapsed
  )
  update budget_usage u set
    reserved_usd_micros = u.reserved_usd_micros - freed.usd_micros,
    reserved_tokens = u.reserved_tokens - freed.tokens,
    reserved_calls = u.reserved_calls - freed.calls
  from freed where freed.n > 0 and ${usageKey('u', 'item')};`

const statements = [
  // Rows change in place all the time: room on the page and no index on what changes keep the updates cheap.
  `create table rate_counter (
    org_id text not null,
    policy_id text not null,
    subject text not null,
    window_seconds integer not null,
    head bigint not null,
    counts integer[] not null,
    expires_at timestamptz not null,
    primary key (org_id, policy_id, subject, window_seconds)
  ) with (fillfactor = 70)`,
  `create index rate_counter_expires on rate_counter (expires_at)`,
  `create table budget_usage (
    org_id text not null,
    policy_id text not null,
    subject text not null,
    time_window text not null check (time_window in ('hour', 'day', 'week', 'month', 'total')),
    window_start timestamptz not null,
    used_usd_micros bigint not null default 0,
    used_tokens bigint not null default 0,
    used_calls bigint not null default 0,
    reserved_usd_micros bigint not null default 0 check (reserved_usd_micros >= 0),
    reserved_tokens bigint not null default 0 check (reserved_tokens >= 0),
    reserved_calls bigint not null default 0 check (reserved_calls >= 0),
    primary key (org_id, policy_id, subject, time_window, window_start)
  ) with (fillfactor = 70)`,
  `create index budget_usage_ended on budget_usage (window_start) where time_window <> 'total'`,
  `create table budget_reservation (
    org_id text not null,
    id text not null,
    reference text not null,
    policy_id text not null,
    subject text not null,
    time_window text not null,
    window_start timestamptz not null,
    usd_micros bigint not null check (usd_micros >= 0),
    tokens bigint not null check (tokens >= 0),
    calls bigint not null check (calls >= 0),
    limit_usd_micros bigint,
    limit_tokens bigint,
    limit_calls bigint,
    actual_usd_micros bigint,
    actual_tokens bigint,
    state text not null default 'reserved' check (state in ('reserved', 'committed', 'released', 'lapsed')),
    created_at timestamptz not null,
    expires_at timestamptz not null,
    settled_at timestamptz,
    primary key (org_id, id)
  )`,
  `create index budget_reservation_reference on budget_reservation (org_id, reference)`,
  `create index budget_reservation_open on budget_reservation
    (org_id, policy_id, subject, time_window, window_start, expires_at) where state = 'reserved'`,
  `create index budget_reservation_due on budget_reservation (expires_at) where state = 'reserved'`,
  `create index budget_reservation_settled on budget_reservation (settled_at) where state <> 'reserved'`,
  // A batch of reservations in one round trip and one commit; the caller sorts the items, which fixes the lock order.
  `create function writ_budget_reserve(items jsonb, at timestamptz, lapses timestamptz)
  returns table (place integer, made boolean, held_usd_micros bigint, held_tokens bigint, held_calls bigint)
  language plpgsql as $function$
  declare item record;
  begin
    for item in
      select entry.ordinality::integer as ord, wanted.*
      from jsonb_array_elements(items) with ordinality as entry (value, ordinality),
        jsonb_to_record(entry.value) as wanted (org_id text, id text, reference text, policy_id text, subject text,
          time_window text, window_start timestamptz, usd_micros bigint, tokens bigint, calls bigint,
          limit_usd_micros bigint, limit_tokens bigint, limit_calls bigint)
      order by entry.ordinality
    loop
      ${reserve}
      if not made then
        ${lapse}
        if found then
          ${reserve}
        end if;
      end if;
      if made then
        insert into budget_reservation (org_id, id, reference, policy_id, subject, time_window, window_start,
          usd_micros, tokens, calls, limit_usd_micros, limit_tokens, limit_calls, created_at, expires_at)
        values (item.org_id, item.id, item.reference, item.policy_id, item.subject, item.time_window,
          item.window_start, item.usd_micros, item.tokens, item.calls,
          item.limit_usd_micros, item.limit_tokens, item.limit_calls, at, lapses);
      end if;
      place := item.ord;
      select u.used_usd_micros + u.reserved_usd_micros, u.used_tokens + u.reserved_tokens, u.used_calls + u.reserved_calls
      into held_usd_micros, held_tokens, held_calls
      from budget_usage u where ${usageKey('u', 'item')};
      return next;
    end loop;
  end
  $function$`,
  `create table webhook_secret (
    org_id text not null primary key,
    secret_encrypted bytea not null,
    created_at timestamptz not null
  )`,
  `create table webhook_delivery (
    org_id text not null,
    id text not null,
    policy_id text not null,
    at timestamptz not null,
    status integer,
    ms integer not null,
    error text,
    primary key (org_id, id)
  )`,
  `create index webhook_delivery_at on webhook_delivery (at)`,
]
