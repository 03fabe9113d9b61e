import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { useExplained, type Explained } from '../api/approvals.ts'
import { ApiError, isRecord } from '../api/client.ts'
import { Act } from '../parts/act.tsx'
import { spelledOut } from '../parts/act.rules.ts'
import { Badge, DecisionBadge, Risk } from '../parts/badges.tsx'
import { Copyable } from '../parts/copy.tsx'
import { Clauses, Findings, RiskBreakdown } from '../parts/explain.tsx'
import { Icon } from '../parts/icons.tsx'
import { Back, Missing } from '../parts/missing.tsx'
import { Load, Page } from '../parts/page.tsx'
import { LedgerProof } from '../parts/proof.tsx'
import { Ago } from '../parts/time.tsx'

export function DecisionPage({ id }: { readonly id: string }): ReactNode {
  const explained = useExplained(id)
  const list = { href: '/decisions', name: 'Decisions' }
  if (explained.error instanceof ApiError && explained.error.status === 404) {
    return <Missing what="decision" {...list} />
  }
  const goal = explained.data?.decision.declared_goal ?? explained.data?.decision.action_type ?? 'Decision'
  return (
    <Page title={spelledOut(goal)} tab="Decision" back={<Back {...list} />}>
      <Load of={explained} rows={8}>
        {(data) => <Detail explained={data} />}
      </Load>
    </Page>
  )
}

function Detail({ explained }: { readonly explained: Explained }): ReactNode {
  const { decision, request, explain, shadow, risk_breakdown: breakdown } = explained
  const reasons =
    isRecord(decision.evidence) && Array.isArray(decision.evidence['reasons'])
      ? decision.evidence['reasons'].filter(isRecord)
      : []
  return (
    <div className="stack">
      <p className="detail-meta">
        <DecisionBadge decision={decision.decision} />
        <Risk score={decision.risk_score} />
        <Badge>{decision.action_type}</Badge>
        {decision.agent_id && (
          <Link href={`/agents/${encodeURIComponent(decision.agent_id)}`}>
            {decision.agent_name ?? decision.agent_id}
          </Link>
        )}
        <Ago at={decision.created_at} />
      </p>
      {decision.degraded && (
        <p className="note warn">
          <Icon name="alert" />
          <span>The decision could not be finished in time, so the fallback of the organization stood.</span>
        </p>
      )}
      {decision.reason && <p>{decision.reason}</p>}
      <Act
        request={request}
        spans={reasons.flatMap(({ span }) => (typeof span === 'string' ? [span] : []))}
        digest={decision.act_hash}
      />
      <div className="detail-columns">
        <div>
          <Clauses clauses={explain} title="Clauses that fired" />
          {shadow.length > 0 && <Clauses clauses={shadow} title="In shadow: recorded, not enforced" />}
          <Findings reasons={reasons} />
          <LedgerProof about={decision.id} />
        </div>
        <div>
          <RiskBreakdown breakdown={breakdown} />
          <Facts explained={explained} />
        </div>
      </div>
      <details className="raw">
        <summary>The request as it was recorded</summary>
        <pre tabIndex={0} className="text-block">
          {spelledOut(JSON.stringify(request, null, 2))}
        </pre>
      </details>
    </div>
  )
}

function Facts({ explained: { decision } }: { readonly explained: Explained }): ReactNode {
  const rows: readonly (readonly [string, ReactNode])[] = [
    ['Decision', <Copyable key="id" text={decision.id} label="the id" />],
    ['Credential', <code key="c">{decision.principal_id}</code>],
    ['Target', decision.target && <code key="t">{spelledOut(decision.target)}</code>],
    ['Declared as', decision.declared_action_type === decision.action_type ? null : decision.declared_action_type],
    ['Judged by', decision.intent_source === 'evidence' ? 'the act itself' : 'what was declared'],
    ['Identity', decision.verification_status],
    ['Token replay', decision.replay_status],
    ['Act binding', decision.act_status],
    ['Session', decision.session_id && <code key="s">{decision.session_id}</code>],
    ['Policy revision', decision.policy_revision],
    [
      'Came after',
      decision.prior_decision_id && (
        <Link key="p" href={`/decisions/${decision.prior_decision_id}`}>
          {decision.prior_decision_id}
        </Link>
      ),
    ],
  ]
  return (
    <section className="block">
      <h3>Facts</h3>
      <dl className="facts">
        {rows
          .filter(([, value]) => value !== null && value !== '')
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
