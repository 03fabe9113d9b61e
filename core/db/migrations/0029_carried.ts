import { sql, type Kysely } from 'kysely'
import { decisionColumns, recordFunction } from './0004_guard.ts'

/**
 * Decisions and actions carry the version of their agent; costs of actions by model, version and task; budgets that
 * count what agents tell by telemetry.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const actionCosts = (rows: string): string => `
    insert into action_cost_day (org_id, day, agent_id, agent_version, model, task_id, actions, cost_micros, tokens_in, tokens_out)
      select org_id, (created_at at time zone 'UTC')::date, agent_id, coalesce(agent_version, ''), coalesce(model, ''),
        coalesce(task_id, ''), count(*), coalesce(sum(cost_micros), 0), coalesce(sum(tokens_in), 0), coalesce(sum(tokens_out), 0)
      from ${rows} where cost_micros <> 0 or tokens_in <> 0 or tokens_out <> 0
      group by 1, 2, 3, 4, 5, 6 order by 1, 2, 3, 4, 5, 6
      on conflict (org_id, day, agent_id, agent_version, model, task_id) do update set
        actions = action_cost_day.actions + excluded.actions,
        cost_micros = action_cost_day.cost_micros + excluded.cost_micros,
        tokens_in = action_cost_day.tokens_in + excluded.tokens_in,
        tokens_out = action_cost_day.tokens_out + excluded.tokens_out;`

/** What the function records from here on. */
export const withVersion = {
  columns: [...decisionColumns, 'agent_version text'],
  forActions: actionCosts('json_populate_recordset(null::action_record, p_actions)'),
}

const actions = [
  `alter table action_record add column agent_version text, add column task_id text`,
  `create index action_version on action_record (org_id, agent_version, created_at desc, action_id desc)
    where agent_version is not null`,
  `alter table guard_decision add column agent_version text`,
  `create index guard_decision_version on guard_decision (org_id, agent_version, seq desc) where agent_version is not null`,
  // Whether an org has any agent with versions is asked each time what governs it is read.
  `create index agent_versioned on agent (org_id) where current_version_id is not null`,
  `create table action_cost_day (
    org_id text not null,
    day date not null,
    agent_id text not null,
    agent_version text not null,
    model text not null,
    task_id text not null,
    actions bigint not null,
    cost_micros bigint not null,
    tokens_in bigint not null,
    tokens_out bigint not null,
    primary key (org_id, day, agent_id, agent_version, model, task_id)
  ) with (fillfactor = 70)`,
  `create index action_cost_agent on action_cost_day (org_id, agent_id, day)`,
  actionCosts('action_record'),
  recordFunction(withVersion),
]

/** Events that cost anything; the planner takes their indexes only for a condition that says the same. */
const spent = `(cost_micros > 0 or tokens > 0)`
/** Events that name an action: what it cost is the action's to tell. */
const linked = `data ? 'writ.action_id'`

const telemetry = [
  `create index agent_event_task on agent_event (org_id, task_id) where task_id is not null and ${spent}`,
  `create index agent_event_session on agent_event (org_id, (data ->> 'session_id'))
    where data ->> 'session_id' is not null and ${spent}`,
  // Costs by day (UTC) that events told of actions: part of agent_usage_day, and no part of a budget.
  `create table action_usage_day (
    org_id text not null,
    day date not null,
    agent_id text not null,
    version_id text not null,
    cost_micros bigint not null,
    tokens bigint not null,
    primary key (org_id, day, agent_id, version_id)
  ) with (fillfactor = 70)`,
  `create function writ_count_linked() returns trigger language plpgsql as $function$
  begin
    insert into action_usage_day as kept (org_id, day, agent_id, version_id, cost_micros, tokens)
    values (new.org_id, (new.at at time zone 'UTC')::date, new.agent_id, coalesce(new.version_id, ''),
      coalesce(new.cost_micros, 0), coalesce(new.tokens, 0))
    on conflict (org_id, day, agent_id, version_id) do update set
      cost_micros = kept.cost_micros + excluded.cost_micros, tokens = kept.tokens + excluded.tokens;
    return null;
  end
  $function$`,
  // A condition of the trigger: other events pay only its reading.
  `create trigger agent_event_linked after insert on agent_event for each row
    when (new.${linked} and (new.cost_micros > 0 or new.tokens > 0)) execute function writ_count_linked()`,
]

/** Sums of one table of days over the range, of whom the budget is about. */
const ofDays = (table: string, whom: string): string => `
    select coalesce(sum(d.cost_micros), 0), coalesce(sum(d.tokens), 0) into usd_micros, tokens
    from ${table} d where d.org_id = org and d.day between first_day and last_day ${whom};`

const lessLinked = (whom: string): string => `
    select writ_told_spend.usd_micros - coalesce(sum(d.cost_micros), 0), writ_told_spend.tokens - coalesce(sum(d.tokens), 0)
    into usd_micros, tokens
    from action_usage_day d where d.org_id = org and d.day between first_day and last_day ${whom};`

const ofEvents = (condition: string): string => `
    select coalesce(sum(e.cost_micros), 0), coalesce(sum(e.tokens), 0) into usd_micros, tokens
    from agent_event e
    where e.org_id = org and ${condition} and (e.cost_micros > 0 or e.tokens > 0)
      and e.at >= span_start and e.at < span_end and not coalesce(e.${linked}, false)
      and (agents is null or e.agent_id = any(agents));`

/**
 * What agents told of costs in a window, as far as it is about \`whom\`: {agents?, version?, task?, session?}. By days
 * from the sums; of an hour, a task or a session from their events. Read anew by every call, so that a cost which is
 * committed counts for the next decision.
 */
const told = `
create function writ_told_spend(org text, whom jsonb, span text, span_start timestamptz, out usd_micros bigint, out tokens bigint)
language plpgsql stable as $function$
declare
  span_end timestamptz := case span when 'total' then 'infinity'::timestamptz
    else ((span_start at time zone 'UTC') + ('1 ' || span)::interval) at time zone 'UTC' end;
  first_day date := (span_start at time zone 'UTC')::date;
  last_day date := case span when 'total' then 'infinity'::date
    else ((span_end - interval '1 microsecond') at time zone 'UTC')::date end;
  version text := whom ->> 'version';
  agents text[] := case when whom ? 'agents' then array(select jsonb_array_elements_text(whom -> 'agents')) end;
begin
  if whom ? 'task' then ${ofEvents(`e.task_id = whom ->> 'task' and e.task_id is not null`)}
  elsif whom ? 'session' then ${ofEvents(`e.data ->> 'session_id' = whom ->> 'session' and e.data ->> 'session_id' is not null`)}
  elsif span = 'hour' then
    select coalesce(sum(e.cost_micros), 0), coalesce(sum(e.tokens), 0) into usd_micros, tokens
    from (
      select distinct d.agent_id from agent_usage_day d
      where d.org_id = org and d.day = first_day and (agents is null or d.agent_id = any(agents))
        and (d.cost_micros > 0 or d.tokens > 0)
    ) as spender
    join agent_event e on e.org_id = org and e.agent_id = spender.agent_id
      -- A sender's clock may be five minutes ahead of ours.
      and e.received_at >= span_start - interval '5 minutes' and e.at >= span_start and e.at < span_end
    where (version is null or e.version_id = version) and not coalesce(e.${linked}, false);
  elsif agents is not null then ${ofDays('agent_usage_day', 'and d.agent_id = any(agents) and (version is null or d.version_id = version)')}${lessLinked('and d.agent_id = any(agents) and (version is null or d.version_id = version)')}
  else ${ofDays('org_usage_day', '')}${lessLinked('')}
  end if;
end
$function$`

/** Which usage row a reservation belongs to. */
const usageKey = (row: string, item: string): string =>
  ['org_id', 'policy_id', 'subject', 'time_window', 'window_start']
    .map((column) => `${row}.${column} = ${item}.${column}`)
    .join(' and ')

const fits = (metric: string, held: string): string =>
  `(item.limit_${metric} is null or ${held} item.${metric} <= item.limit_${metric})`

const TOLD: Readonly<Record<string, string>> = { usd_micros: 'told.usd_micros +', tokens: 'told.tokens +', calls: '' }
const METRICS = Object.entries(TOLD)
const METRICS_FIT = METRICS.map(([metric, more]) => fits(metric, more)).join(' and ')
const METRICS_FIT_BESIDE = METRICS.map(([metric, more]) =>
  fits(metric, `u.used_${metric} + u.reserved_${metric} + ${more}`),
).join(' and ')

/** As in 0005, and what was told by telemetry counts as used. */
const reserve = `
      insert into budget_usage as u (org_id, policy_id, subject, time_window, window_start,
        reserved_usd_micros, reserved_tokens, reserved_calls)
      select item.org_id, item.policy_id, item.subject, item.time_window, item.window_start,
        item.usd_micros, item.tokens, item.calls
      where ${METRICS_FIT}
      on conflict (org_id, policy_id, subject, time_window, window_start) do update set
        reserved_usd_micros = u.reserved_usd_micros + excluded.reserved_usd_micros,
        reserved_tokens = u.reserved_tokens + excluded.reserved_tokens,
        reserved_calls = u.reserved_calls + excluded.reserved_calls
      where ${METRICS_FIT_BESIDE};
      made := found;`

/** As in 0005. */
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

const budgets = [
  told,
  `alter table budget_reservation add column told jsonb`,
  `create or replace function writ_budget_reserve(items jsonb, at timestamptz, lapses timestamptz)
  returns table (place integer, made boolean, held_usd_micros bigint, held_tokens bigint, held_calls bigint)
  language plpgsql as $function$
  declare
    item record;
    told record;
  begin
    for item in
      select entry.ordinality::integer as ord, wanted.*
      from jsonb_array_elements(items) with ordinality as entry (value, ordinality),
        jsonb_to_record(entry.value) as wanted (org_id text, id text, reference text, policy_id text, subject text,
          time_window text, window_start timestamptz, usd_micros bigint, tokens bigint, calls bigint,
          limit_usd_micros bigint, limit_tokens bigint, limit_calls bigint, whom jsonb)
      order by entry.ordinality
    loop
      if item.whom is null then
        select 0::bigint as usd_micros, 0::bigint as tokens into told;
      else
        select s.usd_micros, s.tokens into told
        from writ_told_spend(item.org_id, item.whom, item.time_window, item.window_start) s;
      end if;
      ${reserve}
      if not made then
        ${lapse}
        if found then
          ${reserve}
        end if;
      end if;
      if made then
        insert into budget_reservation (org_id, id, reference, policy_id, subject, time_window, window_start,
          usd_micros, tokens, calls, limit_usd_micros, limit_tokens, limit_calls, told, created_at, expires_at)
        values (item.org_id, item.id, item.reference, item.policy_id, item.subject, item.time_window,
          item.window_start, item.usd_micros, item.tokens, item.calls,
          item.limit_usd_micros, item.limit_tokens, item.limit_calls, item.whom, at, lapses);
      end if;
      place := item.ord;
      select coalesce(sum(u.used_usd_micros + u.reserved_usd_micros), 0) + told.usd_micros,
        coalesce(sum(u.used_tokens + u.reserved_tokens), 0) + told.tokens,
        coalesce(sum(u.used_calls + u.reserved_calls), 0)
      into held_usd_micros, held_tokens, held_calls
      from budget_usage u where ${usageKey('u', 'item')};
      return next;
    end loop;
  end
  $function$`,
]

const tasks = [`alter table task add column cost_micros bigint`]

const statements = [...actions, ...telemetry, ...budgets, ...tasks]
