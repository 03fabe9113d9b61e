import { sql } from 'kysely'
import { alertToWire, type Alert, type AlertRow } from '#core/alerts/index'
import type { Runtime } from '../kernel/runtime.ts'
import type { Message } from './plug.ts'
import type { Subject } from './schema.ts'

export interface Told {
  readonly org_id: string
  readonly notifier_id: string
  readonly subject: Subject
  readonly ref: string
  readonly attempts: number
  readonly held: boolean
}

const linkTo = ({ settings }: Runtime, path: string): string | undefined =>
  settings.public_url === undefined ? undefined : new URL(path, settings.public_url).href

const idOf = ({ notifier_id, ref }: Told): string => `${notifier_id}.${ref}`

export interface Item {
  readonly told: Told
  /** Undefined when that is over: an alert that ended, an approval that was decided. */
  readonly message: Message | undefined
}

/** What there is to tell of these, all of one org. */
export async function itemsOf(runtime: Runtime, orgId: string, all: readonly Told[]): Promise<Item[]> {
  const [alerts, approvals] = await Promise.all([openAlerts(runtime, orgId, all), pending(runtime, orgId, all)])
  return all.map((told) => {
    const [alert, approval] = [alerts.get(told.ref), approvals.get(told.ref)]
    if (told.subject === 'alert') return { told, message: alert && alertMessage(runtime, told, alert) }
    return { told, message: approval && approvalMessage(runtime, told, approval) }
  })
}

const refsOf = (all: readonly Told[], subject: Subject) =>
  sql<string[]>`${all.filter((told) => told.subject === subject).map(({ ref }) => ref)}::text[]`

async function openAlerts({ db }: Runtime, orgId: string, all: readonly Told[]): Promise<Map<string, AlertRow>> {
  const rows = await db
    .selectFrom('agent_alert')
    .selectAll()
    .where('org_id', '=', orgId)
    .where('alert_id', '=', sql<string>`any(${refsOf(all, 'alert')})`)
    .where('resolved_at', 'is', null)
    .execute()
  return new Map(rows.map((row) => [row.alert_id, row]))
}

function alertMessage(runtime: Runtime, told: Told, row: AlertRow): Message {
  const alert = alertToWire(row)
  const { alert_id: ref, agent_id: agent } = alert
  const acknowledge = { text: 'Acknowledge', verb: 'ack', ref } as const
  return {
    id: idOf(told),
    event: 'alert.raised',
    at: row.raised_at,
    title: titleOf(alert),
    text: alert.message,
    link: linkTo(runtime, '/alerts'),
    buttons: agent === null ? [acknowledge] : [acknowledge, { text: 'Pause agent', verb: 'pause', ref }],
    data: { ...alert },
  }
}

const titleOf = ({ severity, kind, agent_id: agent }: Alert): string =>
  `[${severity}] ${kind}: ${agent ?? 'the organization'}`

/** Many alerts in one message, counted all, of which the first are named; `over` is how many ended before they were told. */
export function digestOf(runtime: Runtime, alerts: readonly Message[], over: number, id: string): Message {
  const named = alerts.slice(0, 20)
  const lines = named.map(({ title, text }) => `${title} — ${text}`)
  const count = alerts.length + over
  const more = [
    ...(alerts.length > named.length ? [`… and ${alerts.length - named.length} more`] : []),
    ...(over > 0 ? [`${over} ended before this message`] : []),
  ]
  return {
    id,
    event: 'alert.digest',
    at: runtime.now(),
    title: `${count} more alert${count === 1 ? '' : 's'}`,
    text: [...lines, ...more].join('\n'),
    link: linkTo(runtime, '/alerts'),
    buttons: [],
    data: { count, ended: over, alerts: alerts.map(({ data }) => data).slice(0, 100) },
  }
}

interface Pending {
  readonly action_id: string
  readonly agent_id: string
  readonly action_type: string
  readonly declared_goal: string
  readonly target: string | null
  readonly risk_score: number
  readonly created_at: Date
  readonly expires_at: Date
}

async function pending(runtime: Runtime, orgId: string, all: readonly Told[]): Promise<Map<string, Pending>> {
  const { rows } = await sql<Pending>`
    select p.action_id, p.agent_id, a.action_type, a.declared_goal, a.target, p.risk_score, p.created_at, p.expires_at
    from approval as p join action_record as a on a.org_id = p.org_id and a.action_id = p.action_id
    where p.org_id = ${orgId} and p.action_id = any(${refsOf(all, 'approval')}) and p.state = 'pending'
      and p.expires_at > ${runtime.now()}`.execute(runtime.db)
  return new Map(rows.map((row) => [row.action_id, row]))
}

function approvalMessage(runtime: Runtime, told: Told, act: Pending): Message {
  const { action_id: ref } = act
  const target = act.target === null ? '' : `\nTarget: ${act.target}`
  return {
    id: idOf(told),
    event: 'approval.requested',
    at: act.created_at,
    title: `Approval: ${act.agent_id} wants ${act.action_type}`,
    text: `${act.declared_goal}${target}\nRisk: ${act.risk_score} of 100\nExpires: ${act.expires_at.toISOString()}`,
    link: linkTo(runtime, `/approvals/${encodeURIComponent(ref)}`),
    buttons: [
      { text: 'Approve', verb: 'yes', ref },
      { text: 'Deny', verb: 'no', ref },
    ],
    data: { ...act, created_at: act.created_at.toISOString(), expires_at: act.expires_at.toISOString() },
  }
}

export function testMessage(runtime: Runtime, id: string): Message {
  const text = 'Alerts and approvals of this organization will arrive here.'
  const at = runtime.now()
  return { id, event: 'notifier.test', at, title: 'Writ', text, link: linkTo(runtime, '/'), buttons: [], data: {} }
}
