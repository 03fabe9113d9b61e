import { sql, type Kysely } from 'kysely'

/** Guard decisions, their roll-ups, idempotency, and the function that records one batch of decisions in one statement. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const actionSums = `count(*),
      count(*) filter (where status = 'completed'), count(*) filter (where status in ('failed', 'cancelled', 'blocked')),
      count(*) filter (where risk_score >= 70), sum(risk_score),
      coalesce(sum(cost_micros), 0), coalesce(sum(tokens_in), 0), coalesce(sum(tokens_out), 0)`

const actionSumNames = [
  'total',
  'completed',
  'failed',
  'high_risk',
  'risk_sum',
  'cost_micros',
  'tokens_in',
  'tokens_out',
]

const addedTo = (table: string, sums: readonly string[]): string =>
  sums.map((sum) => `${sum} = ${table}.${sum} + excluded.${sum}`).join(', ')

/** The columns of guard_decision that come as one JSON row; `context` and `evidence` come as lines of text. */
export const decisionColumns = [
  'org_id text',
  'seq bigint',
  'id text',
  'source text',
  'agent_id text',
  'agent_name text',
  'principal_id text',
  'session_id text',
  'action_type text',
  'declared_action_type text',
  'declared_goal text',
  'target text',
  'decision text',
  'reason text',
  'warnings json',
  'matched_policies json',
  'risk_score integer',
  'agent_risk_score integer',
  'verification_status text',
  'replay_status text',
  'act_status text',
  'jti text',
  'act_digest text',
  'intent_source text',
  'degraded boolean',
  'policy_revision bigint',
  'prior_decision_id text',
  'idempotency_key text',
  'created_at timestamptz',
]
const namesOf = (columns: readonly string[]): string => columns.map((column) => column.split(' ')[0]).join(', ')

/** Sets grow seldom: what is there already is not sorted out again. */
const grown = (column: string): string => `case
        when guard_session.${column} @> excluded.${column} then guard_session.${column}
        else (select array(select distinct unnest(guard_session.${column} || excluded.${column}) order by 1 limit 64))
      end`

/** A sum of acts that a later migration adds to the days: its column, and what it adds up. */
interface ActionSum {
  readonly name: string
  readonly of: string
}

/** What later migrations add to the function. */
interface RecordParts {
  /** Of a decision. */
  readonly columns?: readonly string[]
  /** Of the days of acts. */
  readonly sums?: readonly ActionSum[]
  /** What else a batch with actions writes. */
  readonly forActions?: string
}

/**
 * Large JSON travels as text, one document a line: as part of a JSON parameter PostgreSQL would read it four times.
 * JSON text has no line breaks of its own.
 */
export const recordFunction = ({ columns = decisionColumns, sums = [], forActions = '' }: RecordParts): string => {
  const dayNames = [...actionSumNames, ...sums.map(({ name }) => name)]
  const daySums = [actionSums, ...sums.map(({ of }) => of)].join(', ')
  return `
create or replace function writ_record(p_heads json, p_entries json, p_bodies text, p_tiles json, p_decisions json, p_contexts text, p_evidence text, p_rollups json, p_totals json, p_sessions json, p_events json, p_keys json, p_actions json, p_approvals json)
returns void language plpgsql as $$
declare
  head record;
  event record;
  written bigint;
  first_seq bigint;
begin
  -- Before the heads and sorted: who decides an approval of the same act holds its row and then waits for the head.
  insert into approval
    select p.* from json_populate_recordset(null::approval, p_approvals) as p order by org_id, act_digest, agent_id;

  -- Sorted by org, so that two replicas never wait for each other in a circle.
  for head in select * from json_to_recordset(p_heads) as h (org_id text, old_size bigint, control bigint, new_size bigint, frontier text, at timestamptz) order by org_id loop
    update ledger_head set size = head.new_size, frontier = decode(head.frontier, 'hex'), updated_at = head.at
      where org_id = head.org_id and size = head.old_size and control_revision = head.control;
    if not found then
      raise exception 'the ledger head moved' using errcode = 'WR001', detail = head.org_id;
    end if;
  end loop;

  insert into ledger_entry (org_id, seq, at, kind, ref, body, leaf_hash)
    select org_id, seq, at, kind, ref, body, decode(leaf_hash, 'hex')
    from rows from (
      json_to_recordset(p_entries) as (org_id text, seq bigint, at timestamptz, kind text, ref text, leaf_hash text),
      string_to_table(p_bodies, E'\\n')
    ) as e (org_id, seq, at, kind, ref, leaf_hash, body);

  insert into ledger_tile (org_id, level, idx, hash)
    select org_id, level, idx, decode(hash, 'hex')
    from json_to_recordset(p_tiles) as t (org_id text, level int, idx bigint, hash text);

  insert into guard_decision (${namesOf(columns)}, context, evidence)
    select ${namesOf(columns)}, context::json, nullif(evidence, 'null')::json
    from rows from (
      json_to_recordset(p_decisions) as (${columns.join(', ')}),
      string_to_table(p_contexts, E'\\n'),
      string_to_table(p_evidence, E'\\n')
    ) as d (${namesOf(columns)}, context, evidence);

  -- Most batches hold no action: planned for none, the statements about them would still run, one over all sessions.
  if json_array_length(p_actions) > 0 then
    insert into action_record
      select a.* from json_populate_recordset(null::action_record, p_actions) as a;

    insert into action_rollup_day (org_id, day, agent_id, ${dayNames.join(', ')})
      select org_id, (created_at at time zone 'UTC')::date, agent_id, ${daySums}
      from json_populate_recordset(null::action_record, p_actions)
      group by 1, 2, 3 order by 1, 2, 3
      on conflict (org_id, day, agent_id) do update set ${addedTo('action_rollup_day', dayNames)};

    insert into action_total_day (org_id, day, ${dayNames.join(', ')})
      select org_id, (created_at at time zone 'UTC')::date, ${daySums}
      from json_populate_recordset(null::action_record, p_actions)
      group by 1, 2 order by 1, 2
      on conflict (org_id, day) do update set ${addedTo('action_total_day', dayNames)};${forActions}
  end if;

  insert into guard_rollup_hour (org_id, hour, decision, count)
    select org_id, hour, decision, count
    from json_to_recordset(p_totals) as t (org_id text, hour timestamptz, decision text, count bigint)
    order by 1, 2, 3
    on conflict (org_id, hour, decision) do update set count = guard_rollup_hour.count + excluded.count;

  insert into guard_rollup_day (org_id, day, agent_id, decision, count)
    select org_id, day, agent_id, decision, count
    from json_to_recordset(p_rollups) as r (org_id text, day date, agent_id text, decision text, count bigint)
    order by 1, 2, 3, 4
    on conflict (org_id, day, agent_id, decision) do update set count = guard_rollup_day.count + excluded.count;

  insert into guard_total_day (org_id, day, decision, count)
    select org_id, day, decision, sum(count)
    from json_to_recordset(p_totals) as t (org_id text, day date, decision text, count bigint)
    group by 1, 2, 3 order by 1, 2, 3
    on conflict (org_id, day, decision) do update set count = guard_total_day.count + excluded.count;

  insert into guard_session (org_id, session_id, started_at, last_at, decisions, warns, approvals, blocks, flags, action_types)
    select org_id, session_id, at, at, decisions, warns, approvals, blocks, flags, action_types
    from json_to_recordset(p_sessions) as s (org_id text, session_id text, at timestamptz, decisions int, warns int, approvals int, blocks int, flags text[], action_types text[])
    order by org_id, session_id
    on conflict (org_id, session_id) do update set
      last_at = excluded.last_at,
      decisions = guard_session.decisions + excluded.decisions,
      warns = guard_session.warns + excluded.warns,
      approvals = guard_session.approvals + excluded.approvals,
      blocks = guard_session.blocks + excluded.blocks,
      flags = ${grown('flags')},
      action_types = ${grown('action_types')};

  if json_array_length(p_actions) > 0 then
    update guard_session s set cost_micros = s.cost_micros + spent.cost, tokens = s.tokens + spent.tokens
      from (
        select org_id, session_id, coalesce(sum(cost_micros), 0) as cost, coalesce(sum(coalesce(tokens_in, 0) + coalesce(tokens_out, 0)), 0) as tokens
        from json_populate_recordset(null::action_record, p_actions)
        where session_id is not null and (cost_micros is not null or tokens_in is not null or tokens_out is not null)
        group by 1, 2
      ) as spent
      where s.org_id = spent.org_id and s.session_id = spent.session_id;
  end if;

  -- A key used in the last ten minutes belongs to the decision it was first used for.
  insert into guard_idempotency (org_id, key, digest, decision_id, at)
    select org_id, key, digest, decision_id, at
    from json_to_recordset(p_keys) as k (org_id text, key text, digest text, decision_id text, at timestamptz)
    on conflict (org_id, key) do update set digest = excluded.digest, decision_id = excluded.decision_id, at = excluded.at
      where guard_idempotency.at < excluded.at - interval '10 minutes';
  get diagnostics written = row_count;
  if written <> json_array_length(p_keys) then
    raise exception 'an idempotency key was used by a parallel call' using errcode = 'WR002';
  end if;

  for event in
    select org_id, name, ref, payload, at from json_to_recordset(p_events) as v (org_id text, name text, ref text, payload jsonb, at timestamptz) order by org_id
  loop
    insert into event_head (org_id, seq) values (event.org_id, 1)
      on conflict (org_id) do update set seq = event_head.seq + 1 returning seq into first_seq;
    insert into event (org_id, seq, name, ref, payload, at)
      values (event.org_id, first_seq, event.name, event.ref, event.payload, event.at);
  end loop;
end $$`
}

const statements = [
  `alter table ledger_head add column control_revision bigint not null default 0`,
  // No foreign key: `writ_record` moves the org's ledger head, which there is for an org only, before it writes here.
  `create table guard_decision (
    org_id text not null,
    seq bigint not null,
    id text not null,
    source text not null,
    agent_id text,
    agent_name text,
    principal_id text not null,
    session_id text,
    action_type text not null,
    declared_action_type text not null,
    declared_goal text,
    target text,
    decision text not null,
    reason text,
    warnings json not null,
    matched_policies json not null,
    risk_score integer not null,
    agent_risk_score integer,
    verification_status text not null,
    replay_status text not null,
    act_status text not null,
    jti text,
    act_digest text not null,
    intent_source text not null,
    degraded boolean not null,
    policy_revision bigint not null,
    prior_decision_id text,
    idempotency_key text,
    context json not null,
    evidence json,
    created_at timestamptz not null,
    primary key (org_id, seq)
  )`,
  `create unique index guard_decision_id on guard_decision (org_id, id)`,
  `create index guard_decision_agent on guard_decision (org_id, agent_id, seq desc)`,
  `create index guard_decision_held on guard_decision (org_id, decision, seq desc) where decision <> 'allow'`,
  `create index guard_decision_at on guard_decision using brin (created_at)`,
  `create table guard_rollup_hour (org_id text not null, hour timestamptz not null, decision text not null, count bigint not null, primary key (org_id, hour, decision))`,
  `create table guard_rollup_day (org_id text not null, day date not null, agent_id text not null, decision text not null, count bigint not null, primary key (org_id, day, agent_id, decision))`,
  `create index guard_rollup_day_agent on guard_rollup_day (org_id, agent_id, day)`,
  `create table guard_total_day (org_id text not null, day date not null, decision text not null, count bigint not null, primary key (org_id, day, decision))`,
  `create table guard_session (
    org_id text not null,
    session_id text not null,
    started_at timestamptz not null,
    last_at timestamptz not null,
    decisions integer not null,
    warns integer not null,
    approvals integer not null,
    blocks integer not null,
    cost_micros bigint not null default 0,
    tokens bigint not null default 0,
    flags text[] not null,
    action_types text[] not null,
    primary key (org_id, session_id)
  )`,
  `create table guard_idempotency (org_id text not null, key text not null, digest text not null, decision_id text not null, at timestamptz not null, primary key (org_id, key))`,
  `create index guard_idempotency_at on guard_idempotency using brin (at)`,
  recordFunction({}),
]
