import { useQueryClient } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { call } from '../api/client.ts'
import { useWhile } from '../api/live.ts'
import { spelledOut } from '../parts/act.rules.ts'
import { Badge } from '../parts/badges.tsx'
import { Button } from '../parts/button.tsx'
import { LoadMore, usePaged } from '../parts/paged.tsx'
import { Problem, Skeleton } from '../parts/page.tsx'
import { Ago, leftOf, useNow } from '../parts/time.tsx'
import { toast, toastError } from '../parts/toast.tsx'
import { DeliveryDialog } from './webhook-delivery.tsx'
import { ReplayDialog } from './webhook-replay.tsx'
import { DELIVERY_TONE, type Delivery, type Webhook } from './webhook-state.tsx'

const STATES = ['pending', 'delivered', 'failed'] as const

/** What was, is or will be sent, newest first. */
export function Deliveries({ webhook }: { readonly webhook: Webhook }): ReactNode {
  const id = webhook.webhook_id
  const [state, setState] = useState<Delivery['state']>()
  const [shown, show] = useState<Delivery>()
  const [replaying, setReplaying] = useState(false)
  const list = usePaged(
    ['webhook', id, 'deliveries', state],
    (cursor, signal) =>
      call(
        'webhooks_list_deliveries',
        { webhook_id: id, limit: 25, ...(state ? { state } : {}), ...(cursor ? { cursor } : {}) },
        signal,
      ),
    (page) => page.deliveries,
  )
  // No event tells of a delivery: each would be one more to deliver.
  useWhile(webhook.active && (list.data?.pages.length ?? 0) <= 3, ['webhook', id, 'deliveries'])
  return (
    <section className="sheet" aria-label="Deliveries">
      <header className="sheet-head">
        <h2>Deliveries</h2>
        <div className="actions">
          <select
            className="input narrow"
            aria-label="State of the deliveries"
            value={state ?? ''}
            onChange={({ target }) => setState(STATES.find((one) => one === target.value))}
          >
            <option value="">Every state</option>
            {STATES.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
          <Button icon="again" needs="webhooks:write" blocked={whyNot(webhook)} onClick={() => setReplaying(true)}>
            Replay failed…
          </Button>
        </div>
      </header>
      {list.error && !list.data ? <Problem error={list.error} retry={() => void list.refetch()} /> : null}
      {list.isPending && <Skeleton rows={6} />}
      {list.rows?.length === 0 && (
        <p className="pad muted">
          {state ? `No delivery is ${state}.` : 'Nothing was sent yet; the log is kept for a month.'}
        </p>
      )}
      {list.rows && list.rows.length > 0 && <Rows webhook={webhook} deliveries={list.rows} show={show} />}
      <LoadMore of={list} />
      {shown && <DeliveryDialog delivery={shown} onClose={() => show(undefined)} />}
      {replaying && <ReplayDialog webhook={webhook} onClose={() => setReplaying(false)} />}
    </section>
  )
}

const whyNot = ({ active, state }: Webhook): string | false => !active && `The webhook is ${state}: resume it first.`

interface RowsProps {
  readonly webhook: Webhook
  readonly deliveries: readonly Delivery[]
  readonly show: (delivery: Delivery) => void
}

function Rows({ webhook, deliveries, show }: RowsProps): ReactNode {
  return (
    <table className="table">
      <thead>
        <tr>
          <th>Event</th>
          <th>State</th>
          <th className="wide">Answer</th>
          <th className="right wide">Attempts</th>
          <th className="right wide">Next</th>
          <th className="right wide">When</th>
          <th>
            <span className="sr-only">Acts</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {deliveries.map((delivery) => (
          <tr key={delivery.delivery_id}>
            <th scope="row" className="clip">
              <button type="button" className="as-link" onClick={() => show(delivery)}>
                {spelledOut(delivery.event)}
              </button>
              <span className="sub mono">{delivery.delivery_id}</span>
            </th>
            <td className="tight">
              <Badge tone={DELIVERY_TONE[delivery.state]}>{delivery.state}</Badge>
            </td>
            <td className="tight wide">
              <Answer delivery={delivery} />
            </td>
            <td className="tight right wide number">{delivery.attempts}</td>
            <td className="tight right wide">
              <Next webhook={webhook} delivery={delivery} />
            </td>
            <td className="tight right wide muted">
              <Ago at={delivery.created_at} />
            </td>
            <td className="tight right">
              <Replay webhook={webhook} delivery={delivery} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** What the receiver said last. */
export function Answer({ delivery }: { readonly delivery: Delivery }): ReactNode {
  const last = delivery.tries.at(-1)
  if (!last) return <span className="muted">–</span>
  return <span className="number">{last.status ?? spelledOut(last.error ?? 'none')}</span>
}

function Next({ webhook, delivery }: { readonly webhook: Webhook; readonly delivery: Delivery }): ReactNode {
  if (delivery.next_at === null) return <span className="muted">–</span>
  if (!webhook.active) return <span className="muted">when resumed</span>
  return <In at={delivery.next_at} />
}

function In({ at }: { readonly at: string }): ReactNode {
  const left = new Date(at).getTime() - useNow()
  return (
    <time dateTime={at} className="muted number">
      {left <= 0 ? 'now' : `in ${leftOf(left)}`}
    </time>
  )
}

function Replay({ webhook, delivery }: { readonly webhook: Webhook; readonly delivery: Delivery }): ReactNode {
  const client = useQueryClient()
  const [busy, setBusy] = useState(false)
  const replay = async (): Promise<void> => {
    setBusy(true)
    try {
      await call('webhooks_replay', { webhook_id: webhook.webhook_id, delivery_ids: [delivery.delivery_id] })
      toast('Sent again, under the same id.')
      await client.invalidateQueries({ queryKey: ['webhook', webhook.webhook_id] })
    } catch (error) {
      toastError(error)
    }
    setBusy(false)
  }
  return (
    <Button
      kind="quiet"
      icon="again"
      busy={busy}
      needs="webhooks:write"
      blocked={delivery.state === 'pending' ? 'It is still being sent.' : whyNot(webhook)}
      label={`Replay ${delivery.event} ${delivery.delivery_id}`}
      onClick={() => void replay()}
    />
  )
}
