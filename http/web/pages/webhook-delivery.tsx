import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { call } from '../api/client.ts'
import { spelledOut } from '../parts/act.rules.ts'
import { Badge } from '../parts/badges.tsx'
import { Copyable } from '../parts/copy.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { Load } from '../parts/page.tsx'
import { fullTime } from '../parts/time.tsx'
import { DELIVERY_TONE, type Delivery } from './webhook-state.tsx'

/** One delivery with each attempt, and its body for who asks. */
export function DeliveryDialog({ delivery, onClose }: { readonly delivery: Delivery; readonly onClose: () => void }) {
  const { webhook_id, delivery_id } = delivery
  const query = useQuery({
    queryKey: ['webhook', webhook_id, 'deliveries', 'one', delivery_id],
    queryFn: ({ signal }) => call('webhooks_get_delivery', { webhook_id, delivery_id }, signal),
  })
  const now = query.data?.delivery ?? delivery
  return (
    <Dialog title={spelledOut(delivery.event)} onClose={onClose}>
      <p className="detail-meta">
        <Badge tone={DELIVERY_TONE[now.state]}>{now.state}</Badge>
        <span>event number {now.seq.toLocaleString()}</span>
        <span>{fullTime(now.created_at)}</span>
      </p>
      <Copyable text={delivery_id} label="the id" />
      <Tries tries={now.tries} />
      <Load of={query} rows={3}>
        {({ body }) => (
          <details>
            <summary>The body that is sent</summary>
            <pre className="text-block" tabIndex={0} role="region" aria-label="Body">
              {spelledOut(pretty(body))}
            </pre>
          </details>
        )}
      </Load>
    </Dialog>
  )
}

function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2)
  } catch {
    return body
  }
}

function Tries({ tries }: { readonly tries: Delivery['tries'] }): ReactNode {
  if (tries.length === 0) return <p className="muted">It was not tried yet.</p>
  return (
    <table className="table">
      <caption className="sr-only">Attempts, oldest first</caption>
      <thead>
        <tr>
          <th>Attempt</th>
          <th>Answer</th>
          <th className="right">Took</th>
        </tr>
      </thead>
      <tbody>
        {tries.map(({ at, status, ms, error }) => (
          <tr key={at}>
            <th scope="row" className="tight">
              {fullTime(at)}
            </th>
            <td>
              {status !== null && <Badge tone={status >= 200 && status < 300 ? 'good' : 'bad'}>{status}</Badge>}{' '}
              {error !== null && <span className="sub wrap">{spelledOut(error)}</span>}
            </td>
            <td className="tight right number">{ms.toLocaleString()} ms</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
