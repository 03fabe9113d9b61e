import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { useAction, useExplained, type Action, type Explained, type Pending, type Ruling } from '../api/approvals.ts'
import { isRecord, ApiError } from '../api/client.ts'
import { Act } from '../parts/act.tsx'
import { spelledOut } from '../parts/act.rules.ts'
import { Badge, Risk } from '../parts/badges.tsx'
import { Clauses, Findings, RiskBreakdown } from '../parts/explain.tsx'
import { Icon } from '../parts/icons.tsx'
import { Empty, Problem, Skeleton } from '../parts/page.tsx'
import { Ago, Countdown } from '../parts/time.tsx'
import { ApprovalBar } from './approval-bar.tsx'
import type { Asking } from './approvals.tsx'

interface DetailProps {
  readonly id: string
  /** Present while the act waits. */
  readonly row: Pending | undefined
  readonly asking: Asking
  readonly ask: (asking: Asking) => void
  readonly busy: boolean
  /** Why it can no longer be decided, when somebody or the clock was quicker. */
  readonly settled: string | undefined
  readonly decide: (ruling: Ruling) => void
}

export function ApprovalDetail({ id, row, settled, ...bar }: DetailProps): ReactNode {
  const loaded = useAction(row ? undefined : id)
  const action = row?.action ?? loaded.data?.action
  const explained = useExplained(action?.guard_decision_id)
  if (!action) {
    if (loaded.error instanceof ApiError && loaded.error.status === 404) {
      return <Empty icon="search" title="There is no such act" action={<Link href="/">Back to the approvals</Link>} />
    }
    return loaded.error ? (
      <Problem error={loaded.error} retry={() => void loaded.refetch()} />
    ) : (
      <Skeleton rows={9} tall />
    )
  }
  const waits = row !== undefined && settled === undefined
  return (
    <article className="detail" aria-labelledby="act-title">
      <Link href="/" className="back phone-only">
        <Icon name="left" /> Approvals
      </Link>
      <DetailHead action={action} row={row} />
      {!waits && <Verdict action={action} why={settled} />}
      {explained.error ? (
        <Problem error={explained.error} retry={() => void explained.refetch()} />
      ) : explained.data ? (
        <Seen action={action} explained={explained.data} />
      ) : (
        <Skeleton rows={6} tall />
      )}
      {waits && <ApprovalBar action={action} {...bar} />}
    </article>
  )
}

function DetailHead({ action, row }: { readonly action: Action; readonly row: Pending | undefined }): ReactNode {
  return (
    <header className="detail-head">
      <h2 id="act-title">{spelledOut(action.declared_goal)}</h2>
      <p className="detail-meta">
        <Link href={`/agents/${encodeURIComponent(action.agent_id)}`}>{action.agent_name ?? action.agent_id}</Link>
        <Badge>{action.action_type}</Badge>
        <span>
          asked <Ago at={action.created_at} />
        </span>
        <Risk score={action.risk_score} />
        {row && (
          <span className="time-left">
            <Icon name="clock" size={14} /> <Countdown until={row.approval.expires_at} />
          </span>
        )}
      </p>
    </header>
  )
}

const VERDICTS: Readonly<Record<string, string>> = {
  running: 'It may run now.',
  completed: 'The agent reported it as done.',
  failed: 'It was denied, or it failed.',
  cancelled: 'The agent took it back.',
  expired: 'Nobody decided in time. The agent has to ask again.',
  blocked: 'A policy blocks it; there is nothing to decide.',
}

function Verdict({ action, why }: { readonly action: Action; readonly why: string | undefined }): ReactNode {
  const good = action.approved_by !== null
  return (
    <div className={`note ${good ? 'good' : 'plain'}`} role="status">
      <Icon name={good ? 'check' : 'clock'} />
      <span>
        {why ?? (
          <>
            {good ? `Approved by ${action.approved_by}. ` : ''}
            {action.error_message ?? VERDICTS[action.status] ?? `Its status is ${action.status}.`}
          </>
        )}
      </span>
    </div>
  )
}

function Seen({ action, explained }: { readonly action: Action; readonly explained: Explained }): ReactNode {
  const { decision, request, explain, risk_breakdown: breakdown } = explained
  const evidence = isRecord(decision.evidence) ? decision.evidence : null
  const reasons = Array.isArray(evidence?.['reasons']) ? evidence['reasons'].filter(isRecord) : []
  const spans = reasons.flatMap(({ span }) => (typeof span === 'string' ? [span] : []))
  return (
    <>
      <Act request={request} spans={spans} digest={action.act_digest} />
      <div className="detail-columns">
        <div>
          <Clauses clauses={explain} title="Why it asks" />
          <Findings reasons={reasons} />
        </div>
        <div>
          <RiskBreakdown breakdown={breakdown} />
          <Requester action={action} explained={explained} />
        </div>
      </div>
    </>
  )
}

function Requester({
  action,
  explained: { decision },
}: {
  readonly action: Action
  readonly explained: Explained
}): ReactNode {
  const rows: readonly (readonly [string, ReactNode])[] = [
    ['Agent', <code key="a">{action.agent_id}</code>],
    ['Credential', <code key="c">{action.created_by}</code>],
    ['Identity', decision.verification_status],
    ['Target', action.target ? <code key="t">{spelledOut(action.target)}</code> : null],
    ['Systems', action.systems_touched.join(', ') || null],
    ['Reversible', action.reversible ? 'yes, it says' : 'no'],
    ['Its reasoning', action.reasoning],
    ['Session', action.session_id ? <code key="s">{action.session_id}</code> : null],
    [
      'Decision',
      <Link key="d" href={`/decisions/${decision.id}`}>
        {decision.id}
      </Link>,
    ],
  ]
  return (
    <section className="block">
      <h3>Who asks</h3>
      <dl className="facts">
        {rows
          .filter(([, value]) => value !== null)
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
    </section>
  )
}
