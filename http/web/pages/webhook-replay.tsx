import { useQueryClient } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { call } from '../api/client.ts'
import { Confirm } from '../parts/dialog.tsx'
import { Select } from '../parts/fields.tsx'
import { toast } from '../parts/toast.tsx'
import type { Webhook } from './webhook-state.tsx'

const HOUR_MS = 3_600_000
const TIMES = [
  [1, '1 hour'],
  [24, '1 day'],
  [168, '7 days'],
  [744, '31 days: all that the log has'],
] as const

export function ReplayDialog({
  webhook,
  onClose,
}: {
  readonly webhook: Webhook
  readonly onClose: () => void
}): ReactNode {
  const client = useQueryClient()
  const [hours, setHours] = useState(24)
  const replay = async (): Promise<void> => {
    const since = new Date(Date.now() - hours * HOUR_MS).toISOString()
    const { replayed, more } = await call('webhooks_replay', { webhook_id: webhook.webhook_id, failed_since: since })
    const count = replayed === 1 ? 'One delivery is' : `${replayed.toLocaleString()} deliveries are`
    toast(
      replayed === 0
        ? 'None failed in this time.'
        : `${count} sent again.${more ? ' More failed: replay once more.' : ''}`,
    )
    await client.invalidateQueries({ queryKey: ['webhook', webhook.webhook_id] })
  }
  return (
    <Confirm title="Replay what failed?" verb="Replay" kind="primary" onClose={onClose} onConfirm={replay}>
      <p>Deliveries that used up their attempts are sent again under the same ids, a thousand at a time.</p>
      <Select label="Failed in the last" value={hours} onChange={({ target }) => setHours(Number(target.value))}>
        {TIMES.map(([value, words]) => (
          <option key={value} value={value}>
            {words}
          </option>
        ))}
      </Select>
    </Confirm>
  )
}
