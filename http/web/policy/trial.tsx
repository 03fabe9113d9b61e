import { useQuery } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { Link } from 'wouter'
import { call } from '../api/client.ts'
import { DecisionBadge } from '../parts/badges.tsx'
import { Load } from '../parts/page.tsx'
import { spelledOut } from '../parts/act.rules.ts'
import { Ago } from '../parts/time.tsx'
import { draftOf, type Written } from './document.ts'

interface TrialProps {
  readonly policy: Written
  /** The stored policy when the text is as stored: it then takes its own place in the comparison. */
  readonly storedId: string | undefined
}

/** What the policy would have said to the past: decision by decision, and to the latest actions. */
export function Trial({ policy, storedId }: TrialProps): ReactNode {
  const [days, setDays] = useState(7)
  const sent = storedId === undefined ? draftOf(policy) : { policy_id: storedId }
  const key = JSON.stringify(sent)
  const replay = useQuery({
    queryKey: ['replay', key, days],
    queryFn: ({ signal }) =>
      call('policies_replay', { ...sent, days, max_changed: 20, max_decisions: 100_000 }, signal),
    retry: false,
  })
  return (
    <section className="sheet" aria-label="Replay over history">
      <header className="sheet-head">
        <h2>Replay over history</h2>
        <select
          className="input narrow"
          aria-label="How far back"
          value={days}
          onChange={(event) => setDays(Number(event.target.value))}
        >
          <option value={1}>last day</option>
          <option value={7}>last 7 days</option>
          <option value={30}>last 30 days</option>
        </select>
      </header>
      <Load of={replay} rows={4}>
        {(report) => <Report report={report} />}
      </Load>
      <Simulation policy={policy} days={days} />
    </section>
  )
}

type ReplayReport = Awaited<ReturnType<typeof call<'policies_replay'>>>
const VERDICTS = ['allow', 'warn', 'require_approval', 'block'] as const

function Report({ report }: { readonly report: ReplayReport }): ReactNode {
  const { decisions, changed_total: total, changed, before, after } = report
  return (
    <>
      <p className="pad">
        <strong>
          {total.toLocaleString()} of {decisions.toLocaleString()} decisions would have been different.
        </strong>{' '}
        {!report.complete && 'The window holds more than could be replayed. '}
        {report.not_judged > 0 && `${report.not_judged} could not be judged again.`}
      </p>
      <table className="table counts">
        <thead>
          <tr>
            <th>Decision</th>
            <th className="right">Now</th>
            <th className="right">With it</th>
            <th className="right">Change</th>
          </tr>
        </thead>
        <tbody>
          {VERDICTS.map((verdict) => (
            <tr key={verdict}>
              <th scope="row">
                <DecisionBadge decision={verdict} />
              </th>
              <td className="right number">{before[verdict].toLocaleString()}</td>
              <td className="right number">{after[verdict].toLocaleString()}</td>
              <td className="right number">{signed(after[verdict] - before[verdict])}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {changed.length > 0 && (
        <ul className="rows changed">
          {changed.map((one) => (
            <li key={one.decision_id}>
              <DecisionBadge decision={one.before} />
              <span aria-hidden="true">→</span>
              <span className="sr-only">becomes</span>
              <DecisionBadge decision={one.after} />
              <Link className="grow" href={`/decisions/${one.decision_id}`}>
                {one.action_type}
                {one.agent_id && <> by {spelledOut(one.agent_id)}</>}
              </Link>
              <span className="muted">
                <Ago at={one.created_at} />
              </span>
            </li>
          ))}
        </ul>
      )}
      <p className="pad muted">
        Report <code title={report.report_hash}>{report.report_hash.slice(0, 16)}…</code>, the same for the same history
        and policies.
      </p>
    </>
  )
}

const signed = (difference: number): string =>
  difference > 0 ? `+${difference.toLocaleString()}` : difference === 0 ? '–' : difference.toLocaleString()

function Simulation({ policy, days }: { readonly policy: Written; readonly days: number }): ReactNode {
  const { policy_type, rules } = policy
  const simulated = useQuery({
    queryKey: ['simulate', JSON.stringify({ policy_type, rules }), days],
    queryFn: ({ signal }) => call('policies_simulate', { policy_type, rules, days }, signal),
    retry: false,
  })
  if (!simulated.data || simulated.data.matches.length === 0) return null
  const { summary, matches } = simulated.data
  return (
    <details className="pad">
      <summary>
        Alone it would have matched {summary.matches} of the latest {summary.total} actions
      </summary>
      <ul className="rows">
        {matches.slice(0, 20).map((match) => (
          <li key={match.action_id}>
            <DecisionBadge decision={match.simulated_action} />
            <span className="grow">
              {spelledOut(match.goal)}
              <span className="sub wrap">{match.simulated_reason}</span>
            </span>
          </li>
        ))}
      </ul>
    </details>
  )
}
