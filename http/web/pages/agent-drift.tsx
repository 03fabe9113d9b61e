import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { OutputOf } from '../../client/operations.ts'
import { call } from '../api/client.ts'
import { spelledOut } from '../parts/act.rules.ts'
import { Badge, type Tone } from '../parts/badges.tsx'
import { Share } from '../parts/bars.tsx'
import { Load } from '../parts/page.tsx'

type Told = OutputOf<'drift_get'>
type Status = Told['status']

const TONE: Readonly<Record<Status, Tone>> = {
  healthy: 'good',
  warning: 'warn',
  drifting: 'bad',
  insufficient_data: 'plain',
}
const words = (name: string): string => name.replaceAll('_', ' ')
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
const outOf100 = (part: number): string => (part * 100).toFixed(0)

/** How far an agent is from what it was, and in what. */
export function Drift({ agentId }: { readonly agentId: string }): ReactNode {
  const drift = useQuery({
    queryKey: ['agent', agentId, 'drift'],
    queryFn: ({ signal }) => call('drift_get', { agent_id: agentId }, signal),
  })
  return (
    <section className="sheet" aria-label="Drift">
      <header className="sheet-head">
        <h2>Drift</h2>
        {drift.data && <Badge tone={TONE[drift.data.status]}>{words(drift.data.status)}</Badge>}
      </header>
      <Load of={drift} rows={3}>
        {(told) => <Shown told={told} />}
      </Load>
    </section>
  )
}

function Shown({ told }: { readonly told: Told }): ReactNode {
  const { baseline, current } = told
  if (baseline === null || current === null) {
    return <p className="pad muted">There is too little to compare yet: what it did first is its baseline.</p>
  }
  return (
    <>
      <p className="pad">
        <strong className="number">{outOf100(told.drift_score)} of 100</strong> away from{' '}
        {baseline.pinned ? 'its pinned baseline' : 'its first days'} ({baseline.first_day} to {baseline.last_day}),{' '}
        compared with {current.first_day} to {current.last_day}.
      </p>
      {told.top_changes.length > 0 && <Changes told={told} />}
      <Rest told={told} />
    </>
  )
}

function Changes({ told: { top_changes: changes, dimensions } }: { readonly told: Told }): ReactNode {
  const statusOf = (name: string): Status =>
    dimensions.find(({ dimension }) => dimension === name)?.status ?? 'insufficient_data'
  return (
    <table className="table">
      <thead>
        <tr>
          <th>Change</th>
          <th className="right">Of 100</th>
          <th className="wide">Status</th>
        </tr>
      </thead>
      <tbody>
        {changes.map(({ dimension, delta, explanation }) => {
          const tone = TONE[statusOf(dimension)]
          return (
            <tr key={dimension}>
              <th scope="row">
                {capital(words(dimension))}
                <span className="sub wrap">{spelledOut(explanation)}</span>
              </th>
              <td className="tight right number">
                <Share of={delta} tone={tone} words={outOf100(delta)} />
              </td>
              <td className="tight wide">
                <Badge tone={tone}>{words(statusOf(dimension))}</Badge>
              </td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}

/** What is not among the changes: as it was, or seen too rarely to be compared. */
function Rest({ told: { top_changes: changes, dimensions } }: { readonly told: Told }): ReactNode {
  const others = dimensions.filter((one) => !changes.some(({ dimension }) => dimension === one.dimension))
  const named = (few: boolean): string =>
    others
      .filter(({ status }) => (status === 'insufficient_data') === few)
      .map(({ dimension }) => words(dimension))
      .join(', ')
  const [same, few] = [named(false), named(true)]
  return (
    <p className="pad muted">
      {same !== '' && <>As before: {same}. </>}
      {few !== '' && <>Seen too rarely to be compared: {few}.</>}
    </p>
  )
}
