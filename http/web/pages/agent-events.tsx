import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { OutputOf } from '../../client/operations.ts'
import { call } from '../api/client.ts'
import { spelledOut } from '../parts/act.rules.ts'
import { Badge, type Tone } from '../parts/badges.tsx'
import { dollars } from '../parts/money.ts'
import { Load } from '../parts/page.tsx'
import { Ago } from '../parts/time.tsx'

type Event = OutputOf<'fleet_get'>['recent_events'][number]

const SHOWN = 10
const OUTCOME: Readonly<Record<NonNullable<Event['outcome']>, Tone>> = {
  success: 'good',
  partial: 'warn',
  failure: 'bad',
}

/** The newest things an agent told, as it tells them. */
export function Events({ agentId }: { readonly agentId: string }): ReactNode {
  const events = useQuery({
    queryKey: ['agent-now', agentId, 'events'],
    queryFn: ({ signal }) => call('fleet_get', { agent_id: agentId, events: SHOWN }, signal),
  })
  return (
    <section className="sheet" aria-label="Latest events">
      <header className="sheet-head">
        <h2>Latest events</h2>
        {events.data && <span className="muted number">{events.data.agent.event_count.toLocaleString()} so far</span>}
      </header>
      <Load of={events} rows={4}>
        {({ recent_events: recent }) =>
          recent.length === 0 ? (
            <p className="pad muted">It has told of none that is still kept.</p>
          ) : (
            <Rows events={recent} />
          )
        }
      </Load>
    </section>
  )
}

function Rows({ events }: { readonly events: readonly Event[] }): ReactNode {
  return (
    <table className="table">
      <thead className="sr-only">
        <tr>
          <th>Kind</th>
          <th>What</th>
          <th>Cost</th>
          <th>When</th>
        </tr>
      </thead>
      <tbody>
        {events.map((event) => (
          <tr key={event.event_id}>
            <td className="tight">
              <Badge tone={event.type === 'error' ? 'bad' : 'plain'}>{event.type.replaceAll('_', ' ')}</Badge>
            </td>
            <th scope="row" className="clip">
              {spelledOut(whatOf(event))}{' '}
              {event.outcome && <Badge tone={OUTCOME[event.outcome]}>{event.outcome}</Badge>}
            </th>
            <td className="tight right wide number">{costOf(event)}</td>
            <td className="tight right muted">
              <Ago at={event.timestamp} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** What tells it apart from others of its kind. */
function whatOf({ error, tool_name: tool, task, message, model, status }: Event): string {
  return error ?? tool ?? task ?? message ?? model ?? status ?? '–'
}

function costOf({ cost_usd: usd, tokens, priced }: Event): string {
  if (priced === false) return 'no price'
  if (usd !== undefined) return dollars(usd)
  return tokens === undefined ? '' : `${tokens.toLocaleString()} tokens`
}
