import { useEffect, useRef, type ReactNode } from 'react'
import { Link } from 'wouter'
import type { Pending } from '../api/approvals.ts'
import { Risk } from '../parts/badges.tsx'
import { Ago, Countdown } from '../parts/time.tsx'
import { spelledOut } from '../parts/act.rules.ts'

interface ListProps {
  readonly rows: readonly Pending[]
  readonly openId: string | undefined
  readonly busy: string | undefined
}

export function ApprovalList({ rows, openId, busy }: ListProps): ReactNode {
  return (
    <ol className="cards">
      {rows.map((row) => (
        <Card key={row.id} row={row} open={row.id === openId} busy={row.id === busy} />
      ))}
    </ol>
  )
}

function Card({
  row,
  open,
  busy,
}: {
  readonly row: Pending
  readonly open: boolean
  readonly busy: boolean
}): ReactNode {
  const { action, approval } = row
  const link = useRef<HTMLAnchorElement>(null)
  useEffect(() => {
    if (open) link.current?.scrollIntoView({ block: 'nearest' })
  }, [open])
  return (
    <li className={busy ? 'busy' : undefined}>
      <Link
        ref={link}
        href={`/approvals/${encodeURIComponent(row.id)}`}
        className="card"
        aria-current={open ? 'true' : undefined}
      >
        <span className="card-top">
          <span className="card-agent">{action.agent_name ?? action.agent_id}</span>
          <span className="card-type">{action.action_type}</span>
          <Countdown until={approval.expires_at} />
        </span>
        <span className="card-goal">{spelledOut(action.declared_goal)}</span>
        <span className="card-bottom">
          <span className="card-target">
            {action.target ? spelledOut(action.target) : <Ago at={approval.created_at} />}
          </span>
          <Risk score={approval.risk_score} />
        </span>
      </Link>
    </li>
  )
}
