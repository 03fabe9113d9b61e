import { sql, type Kysely } from 'kysely'

/** Agents that were seen or registered, when they were last heard of, and what they are connected to. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

/**
 * Notes agents that were heard of; called in the statement that records their decisions. Where enrolment is closed
 * (`open` is false) it makes no agent known that was not. Sorted, so that two batches never wait in a circle.
 */
const see = `
create function writ_see_agents(p_agents json)
returns void language sql as $$
  insert into agent (org_id, agent_id, agent_name, first_seen_at, last_seen_at)
    select org_id, agent_id, agent_name, at, at
    from json_to_recordset(p_agents) as seen (org_id text, agent_id text, agent_name text, at timestamptz, open boolean)
    where open or exists (
      select 1 from agent known
      where known.org_id = seen.org_id and known.agent_id = seen.agent_id
        and (known.first_seen_at is not null or known.registered_at is not null))
    order by org_id, agent_id
    on conflict (org_id, agent_id) do update set
      first_seen_at = least(agent.first_seen_at, excluded.first_seen_at),
      last_seen_at = greatest(agent.last_seen_at, excluded.last_seen_at),
      agent_name = case
        when agent.registered_at is not null and agent.agent_name is not null then agent.agent_name
        else coalesce(excluded.agent_name, agent.agent_name)
      end
$$`

const statements = [
  `alter table agent
    alter column first_seen_at drop not null,
    alter column last_seen_at drop not null,
    add column description text,
    add column registered_at timestamptz,
    add column registered_by text`,
  // Until now a row said only that somebody had paused the agent.
  `update agent set first_seen_at = null, last_seen_at = null`,
  `insert into agent (org_id, agent_id, agent_name, first_seen_at, last_seen_at)
    select days.org_id, days.agent_id, newest.agent_name,
      coalesce(oldest.created_at, days.first_day), coalesce(newest.created_at, days.last_day)
    from (
      select org_id, agent_id, min(day)::timestamp at time zone 'UTC' as first_day, max(day)::timestamp at time zone 'UTC' as last_day
      from guard_rollup_day join organization using (org_id) where agent_id <> '' group by 1, 2
    ) as days
    left join lateral (
      select created_at from guard_decision d
      where d.org_id = days.org_id and d.agent_id = days.agent_id order by seq limit 1
    ) as oldest on true
    left join lateral (
      select created_at, agent_name from guard_decision d
      where d.org_id = days.org_id and d.agent_id = days.agent_id order by seq desc limit 1
    ) as newest on true
    on conflict (org_id, agent_id) do update set
      agent_name = excluded.agent_name, first_seen_at = excluded.first_seen_at, last_seen_at = excluded.last_seen_at`,
  // Whoever made a key for one agent has let that agent in.
  `insert into agent (org_id, agent_id, registered_at, registered_by)
    select distinct on (org_id, agent_id) org_id, agent_id, created_at, created_by
    from api_key where agent_id is not null and revoked_at is null order by org_id, agent_id, created_at
    on conflict (org_id, agent_id) do update set
      registered_at = excluded.registered_at, registered_by = excluded.registered_by`,
  // No column that heartbeats change is indexed, and pages have room: an update stays on its page.
  `create table agent_presence (
    org_id text not null,
    agent_id text not null,
    status text not null check (status in ('online', 'offline', 'idle', 'busy', 'stale')),
    current_task_id text,
    metadata jsonb,
    last_heartbeat_at timestamptz not null,
    primary key (org_id, agent_id),
    foreign key (org_id, agent_id) references agent (org_id, agent_id)
  ) with (fillfactor = 70)`,
  `create table agent_connection (
    org_id text not null,
    agent_id text not null,
    name text not null,
    provider text not null,
    type text,
    status text not null,
    reported_at timestamptz not null,
    primary key (org_id, agent_id, name),
    foreign key (org_id, agent_id) references agent (org_id, agent_id)
  )`,
  `create index agent_connection_provider on agent_connection (org_id, provider, agent_id, name)`,
  `create index open_loop_waiting on open_loop (org_id, agent_id, created_at) where status = 'open'`,
  see,
]
