import { sql } from 'kysely'
import { sweepAttempts, sweepSessions } from '#core/accounts/index'
import { expireDueApprovals, sweepLostOutcomes } from '#core/actions/index'
import { watchDrift } from '#core/drift/index'
import { sweepAlerts } from '#core/alerts/index'
import { sweepEvents } from '#core/events/index'
import { rotateDueSigningKey, sweepRecords } from '#core/grants/index'
import { sweepIdempotency } from '#core/guard/index'
import { sweepUsage } from '#core/hosts/index'
import { sweepTokenUses } from '#core/identities/index'
import { signDueCheckpoints, signingPorts } from '#core/ledger/index'
import { deliverDue, pollTelegram, registerHooks, sweepNotifications } from '#core/notifiers/index'
import { sweepObservations, sweepReservations } from '#core/observations/index'
import { sweepPairings } from '#core/pairings/index'
import { chatActs } from './chat-acts.ts'
import { sweepTasks } from '#core/tasks/index'
import { deliverWebhooks, deriveDeliveries, sweepDeliveries } from '#core/webhooks/index'
import { sweepDays } from '#core/limits/index'
import { exportDueSpans } from '#core/span-exports/index'
import { sweepTelemetry, sweepUsageSources } from '#core/telemetry/index'
import type { Runtime } from './kernel/runtime.ts'

interface Job {
  readonly name: string
  readonly everyMs: number
  /** Each is safe to run on all replicas at once; the lock only spares the work. */
  readonly run: (runtime: Runtime, stopping: AbortSignal) => Promise<unknown>
}

const LIMIT = 500
/** A replica that died in a job holds it up this long at the most; one that works renews its lease. */
const LEASE_MS = 2500
const RENEW_MS = 800
/** Answers of Telegram are waited for so long in one turn. */
const POLL_SECONDS = 20

const jobs: readonly Job[] = [
  {
    name: 'ledger.checkpoints',
    everyMs: 1000,
    run: (runtime) =>
      signDueCheckpoints(runtime.db, {
        ...signingPorts(runtime),
        onError: (org, error) => runtime.log.error({ err: error, org }, 'a checkpoint could not be signed'),
      }),
  },
  { name: 'approvals.expire', everyMs: 2000, run: (runtime) => expireDueApprovals(runtime) },
  { name: 'alerts.sweep', everyMs: 1000, run: sweepAlerts },
  { name: 'notifiers.deliver', everyMs: 1000, run: deliverDue },
  {
    name: 'notifiers.telegram',
    everyMs: 1000,
    run: (runtime, stopping) => pollTelegram(runtime, chatActs, { seconds: POLL_SECONDS, stopping }),
  },
  { name: 'notifiers.hooks', everyMs: 2000, run: registerHooks },
  { name: 'notifiers.retention', everyMs: 300_000, run: sweepNotifications },
  { name: 'tasks.due', everyMs: 2000, run: sweepTasks },
  { name: 'actions.lost-outcomes', everyMs: 15_000, run: (runtime) => sweepLostOutcomes(runtime) },
  { name: 'budgets.lapse', everyMs: 15_000, run: (runtime) => sweepReservations(runtime, LIMIT) },
  { name: 'observations.sweep', everyMs: 300_000, run: (runtime) => sweepObservations(runtime, LIMIT) },
  { name: 'guard.idempotency', everyMs: 300_000, run: sweepIdempotency },
  { name: 'accounts.sessions', everyMs: 3_600_000, run: ({ db, now }) => sweepSessions(db, now(), LIMIT) },
  { name: 'accounts.attempts', everyMs: 300_000, run: ({ db, now }) => sweepAttempts(db, now()) },
  { name: 'identities.token-uses', everyMs: 300_000, run: sweepTokenUses },
  { name: 'limits.days', everyMs: 3_600_000, run: sweepDays },
  { name: 'hosts.usage', everyMs: 3_600_000, run: sweepUsage },
  { name: 'pairings.expired', everyMs: 300_000, run: sweepPairings },
  { name: 'oauth.sweep', everyMs: 60_000, run: (runtime) => sweepRecords(runtime.db, runtime.now(), 10 * LIMIT) },
  { name: 'oauth.keys', everyMs: 3_600_000, run: rotateDueSigningKey },
  { name: 'drift.watch', everyMs: 60_000, run: (runtime) => watchDrift(runtime) },
  { name: 'telemetry.retention', everyMs: 3_600_000, run: sweepTelemetry },
  { name: 'webhooks.deliver', everyMs: 500, run: deliverWebhooks },
  { name: 'webhooks.retention', everyMs: 300_000, run: (runtime) => sweepDeliveries(runtime, 10 * LIMIT) },
  {
    name: 'events.retention',
    everyMs: 300_000,
    // An event is not thrown away before the endpoints that want it have it.
    run: async (runtime) => {
      await deriveDeliveries(runtime)
      await sweepEvents(runtime)
    },
  },
  { name: 'telemetry.usage-sources', everyMs: 3_600_000, run: sweepUsageSources },
  { name: 'spans.export', everyMs: 2000, run: exportDueSpans },
]

/**
 * Starts the timed work of a server. A run never overlaps itself, and a lease lets one replica at a time run each
 * job. `stop` ends the timers and waits for what runs.
 */
export function startJobs(runtime: Runtime): { stop: () => Promise<void> } {
  const stopping = new AbortController()
  const stops = jobs.map((job) => startJob(runtime, job, stopping.signal))
  return {
    stop: async () => {
      stopping.abort()
      await Promise.all(stops.map((stop) => stop()))
    },
  }
}

function startJob(runtime: Runtime, job: Job, stopping: AbortSignal): () => Promise<void> {
  let running: Promise<void> = Promise.resolve()
  let busy = false
  const tick = (): void => {
    if (busy) return
    busy = true
    running = runAlone(runtime, job, stopping)
      .catch((error: unknown) => runtime.log.warn({ err: error, job: job.name }, 'a job failed; it runs again'))
      .finally(() => {
        busy = false
      })
  }
  const timer = globalThis.setInterval(tick, job.everyMs)
  timer.unref()
  return async () => {
    clearInterval(timer)
    await running
  }
}

/** A lease in one row: whoever takes it runs the job, the others find it taken until the next turn is due. */
async function runAlone(runtime: Runtime, job: Job, stopping: AbortSignal): Promise<void> {
  if (!(await takeLease(runtime, job.name))) return
  const renewing = globalThis.setInterval(() => {
    takeLease(runtime, job.name).catch((error: unknown) =>
      runtime.log.debug({ err: error, job: job.name }, 'a lease could not be renewed; another replica may run the job'),
    )
  }, RENEW_MS)
  try {
    await job.run(runtime, stopping)
  } finally {
    clearInterval(renewing)
  }
  const next = new Date(runtime.now().getTime() + job.everyMs / 2)
  await sql`update job_lease set until = ${next} where name = ${job.name} and holder = ${runtime.replicaId}`.execute(
    runtime.db,
  )
}

async function takeLease(runtime: Runtime, name: string): Promise<boolean> {
  const now = runtime.now().getTime()
  const { rows } = await sql`
    insert into job_lease (name, holder, until) values (${name}, ${runtime.replicaId}, ${new Date(now + LEASE_MS)})
    on conflict (name) do update set holder = excluded.holder, until = excluded.until
      where job_lease.until <= ${new Date(now)} or job_lease.holder = excluded.holder
    returning name`.execute(runtime.db)
  return rows.length > 0
}
