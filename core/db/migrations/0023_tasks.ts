import { sql, type Kysely } from 'kysely'

/** Work for agents: who may take it next, who has it, and how it ended. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  // While a task is held or run it is written often: room on the page keeps that off the indexes.
  `create table task (
    org_id text not null,
    task_id text not null,
    agent_id text not null,
    version_id text,
    title text not null,
    description text,
    priority_rank smallint not null check (priority_rank between 0 and 3),
    status text not null check (status in ('queued', 'running', 'completed', 'failed', 'cancelled')),
    input jsonb,
    output jsonb,
    progress smallint check (progress between 0 and 100),
    progress_note text,
    reason text,
    attempts integer not null default 0,
    max_attempts integer not null check (max_attempts between 1 and 100),
    available_at timestamptz not null,
    deadline timestamptz,
    lease_hash text,
    leased_until timestamptz,
    worker_id text,
    worker_name text,
    decision_id text,
    approval_action_id text,
    created_by text not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    started_at timestamptz,
    completed_at timestamptz,
    idempotency_key text,
    request_digest text,
    primary key (org_id, task_id),
    foreign key (org_id, agent_id) references agent (org_id, agent_id),
    foreign key (org_id, version_id) references agent_version (org_id, version_id)
  ) with (fillfactor = 80)`,
  `create unique index task_idempotency on task (org_id, idempotency_key) where idempotency_key is not null`,
  `create index task_next on task (org_id, agent_id, priority_rank desc, task_id) where status = 'queued'`,
  `create index task_of_agent on task (org_id, agent_id, task_id)`,
  `create index task_of_agent_in_status on task (org_id, agent_id, status, task_id)`,
  `create index task_in_status on task (org_id, status, task_id)`,
  // Not by org: the job that returns lost tasks and ends late ones looks at all of them at once.
  `create index task_lease on task (leased_until) where status = 'running' and leased_until is not null`,
  `create index task_deadline on task (deadline) where status in ('queued', 'running') and deadline is not null`,
]
