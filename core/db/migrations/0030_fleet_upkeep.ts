import { sql, type Kysely } from 'kysely'
import { recordFunction } from './0004_guard.ts'
import { withVersion } from './0029_carried.ts'

/** What is needed to look things up that were told, to throw away what is over, and to find small shifts of risk. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

/** Of acts that were recorded before only the sum is known: the largest is taken that numbers from 0 to 100 can have. */
const squares = (table: string): string[] => [
  `alter table ${table} add column risk_squares bigint not null default 0`,
  `update ${table} set risk_squares = risk_sum * 100`,
]

const statements = [
  // Where a bot of Telegram was told to post its answers, and when to tell it next.
  `alter table notifier add column hook_url text, add column hook_due_at timestamptz not null default 'epoch'`,
  `create index notifier_hooked on notifier (org_id, notifier_id)
    where kind = 'telegram' and active and config ->> 'answers' = 'webhook'`,
  // It waits for the next digest, which counts it even when it is over by then.
  `alter table notification add column held boolean not null default false`,
  `create index notification_log on notification (org_id, notifier_id, created_at desc, subject desc, ref desc)`,
  `create index notification_log_status on notification
    (org_id, notifier_id, status, created_at desc, subject desc, ref desc)`,
  `create index notification_over on notification (settled_at) where settled_at is not null`,
  `create index agent_alert_over on agent_alert (resolved_at) where resolved_at is not null`,
  `create index agent_alert_cost on agent_alert (org_id, alert_id) where resolved_at is null and kind = 'cost_spike'`,
  `create index drift_alert_over on drift_alert (resolved_at) where resolved_at is not null`,
  ...squares('action_rollup_day'),
  ...squares('action_total_day'),
  recordFunction({ ...withVersion, sums: [{ name: 'risk_squares', of: 'sum(risk_score * risk_score)' }] }),
]
