import { useQueryClient } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import type { OutputOf } from '../../client/operations.ts'
import { call } from '../api/client.ts'
import { spelledOut } from '../parts/act.rules.ts'
import { Badge, type Tone } from '../parts/badges.tsx'
import { Button } from '../parts/button.tsx'
import { Ago, minuteOf } from '../parts/time.tsx'
import { toast, toastError } from '../parts/toast.tsx'

export type Webhook = OutputOf<'webhooks_list'>['webhooks'][number]
export type Delivery = OutputOf<'webhooks_list_deliveries'>['deliveries'][number]

export const DELIVERY_TONE: Readonly<Record<Delivery['state'], Tone>> = {
  pending: 'ask',
  delivered: 'good',
  failed: 'bad',
}

const TONE: Readonly<Record<Webhook['state'], Tone>> = { active: 'good', paused: 'warn', disabled: 'bad' }

export function StateBadge({ webhook }: { readonly webhook: Webhook }): ReactNode {
  return <Badge tone={TONE[webhook.state]}>{webhook.state}</Badge>
}

/** Why nothing is sent, or how sending fares. */
export function Condition({ webhook }: { readonly webhook: Webhook }): ReactNode {
  const { state_reason: reason, failures, failing_since: since, held_until: held } = webhook
  if (reason !== null) return spelledOut(reason)
  if (held !== null && new Date(held).getTime() > Date.now())
    return `The receiver asked for a rest until ${minuteOf(held)}.`
  if (failures === 0) return null
  return (
    <>
      {failures === 1 ? 'The last attempt failed' : `The last ${failures.toLocaleString()} attempts failed`}
      {since !== null && (
        <>
          , the first of them <Ago at={since} />
        </>
      )}
      .
    </>
  )
}

export function Events({ names }: { readonly names: readonly string[] }): ReactNode {
  return (
    <span className="filters-of">
      {names.map((name) => (
        <Badge key={name}>{name === '*' ? 'all events' : name}</Badge>
      ))}
    </span>
  )
}

/** Pauses what is active, lets anything else go on. */
export function Switch({ webhook }: { readonly webhook: Webhook }): ReactNode {
  const client = useQueryClient()
  const [busy, setBusy] = useState(false)
  const turn = async (): Promise<void> => {
    setBusy(true)
    try {
      await call('webhooks_update', { webhook_id: webhook.webhook_id, active: !webhook.active })
      toast(webhook.active ? 'Paused. What comes meanwhile waits.' : 'Active. What waits is sent now.')
      await Promise.all(['webhooks', 'webhook'].map((key) => client.invalidateQueries({ queryKey: [key] })))
    } catch (error) {
      toastError(error)
    }
    setBusy(false)
  }
  return (
    <Button
      icon={webhook.active ? 'pause' : 'play'}
      busy={busy}
      needs="webhooks:write"
      label={`${webhook.active ? 'Pause' : 'Resume'} ${webhook.url}`}
      onClick={() => void turn()}
    >
      {webhook.active ? 'Pause' : 'Resume'}
    </Button>
  )
}
