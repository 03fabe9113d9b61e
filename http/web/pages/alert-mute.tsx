import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import type { OutputOf } from '../../client/operations.ts'
import { call } from '../api/client.ts'
import { spelledOut } from '../parts/act.rules.ts'
import { Confirm } from '../parts/dialog.tsx'
import { Select } from '../parts/fields.tsx'
import { minuteOf } from '../parts/time.tsx'
import { toast } from '../parts/toast.tsx'

export type Alert = OutputOf<'alerts_list'>['alerts'][number]

const TIMES = [
  [60, '1 hour'],
  [480, '8 hours'],
  [1440, '1 day'],
  [10_080, '7 days'],
] as const

const WORDS: Readonly<Record<Alert['kind'], string>> = {
  stuck: 'about silence',
  error: 'about errors',
  cost_spike: 'about costs',
  loop_detected: 'about loops',
}

interface MuteProps {
  readonly alert: Alert
  readonly onClose: () => void
}

export function MuteDialog({ alert, onClose }: MuteProps): ReactNode {
  const client = useQueryClient()
  const [minutes, setMinutes] = useState(60)
  const { data } = useQuery({
    queryKey: ['alert', alert.alert_id],
    queryFn: ({ signal }) => call('alerts_get', { alert_id: alert.alert_id }, signal),
    staleTime: 0,
  })
  const until = data?.muted_until ?? null
  const mute = async (): Promise<void> => {
    const whose = alert.agent_id === null ? {} : { agent_id: alert.agent_id }
    const now = await call('alerts_mute', { ...whose, kind: alert.kind, minutes })
    toast(now.muted_until === null ? 'No longer muted.' : `Muted until ${minuteOf(now.muted_until)}.`)
    await client.invalidateQueries({ queryKey: ['alert', alert.alert_id] })
  }
  const who = alert.agent_id === null ? 'all agents together' : spelledOut(alert.agent_id)
  return (
    <Confirm
      title={`Mute alerts ${WORDS[alert.kind]}?`}
      verb={minutes === 0 ? 'End the mute' : 'Mute'}
      kind="primary"
      onClose={onClose}
      onConfirm={mute}
    >
      <p>Nothing of this kind is raised for {who} meanwhile. What is open stays open.</p>
      {until !== null && <p>Muted now, until {minuteOf(until)}.</p>}
      <Select label="For" value={minutes} onChange={({ target }) => setMinutes(Number(target.value))}>
        {TIMES.map(([value, words]) => (
          <option key={value} value={value}>
            {words}
          </option>
        ))}
        {until !== null && <option value={0}>no time: end it now</option>}
      </Select>
    </Confirm>
  )
}
