import { useQueryClient } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { Link } from 'wouter'
import { call } from '../api/client.ts'
import { spelledOut } from '../parts/act.rules.ts'
import { Badge, type Tone } from '../parts/badges.tsx'
import { Button } from '../parts/button.tsx'
import { LoadMore, usePaged } from '../parts/paged.tsx'
import { Empty, Page, Problem, Skeleton } from '../parts/page.tsx'
import { Ago } from '../parts/time.tsx'
import { toast, toastError } from '../parts/toast.tsx'
import { MuteDialog, type Alert } from './alert-mute.tsx'

const STATES = ['open', 'acknowledged', 'resolved'] as const
const TONE: Readonly<Record<Alert['severity'], Tone>> = { critical: 'bad', warning: 'warn', info: 'plain' }

export function Alerts(): ReactNode {
  const [state, setState] = useState<(typeof STATES)[number]>()
  const [muting, mute] = useState<Alert>()
  const list = usePaged(
    ['alerts', state],
    (cursor, signal) =>
      call('alerts_list', { limit: 50, ...(state ? { state } : {}), ...(cursor ? { cursor } : {}) }, signal),
    (page) => page.alerts,
  )
  return (
    <Page wide title="Alerts" lead="What somebody should look at. An alert ends by itself when its reason does.">
      <search className="filters">
        <select
          className="input"
          aria-label="State"
          value={state ?? ''}
          onChange={({ target }) => setState(STATES.find((one) => one === target.value))}
        >
          <option value="">Every state</option>
          {STATES.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      </search>
      {list.error && !list.data ? <Problem error={list.error} retry={() => void list.refetch()} /> : null}
      {list.isPending && <Skeleton rows={6} tall />}
      {list.rows?.length === 0 && (
        <Empty icon="bell" title={state ? `No alert is ${state}` : 'No alert was ever raised'}>
          <p>
            An alert is raised when an agent is silent, fails, goes in a circle, or costs more than the settings say.
          </p>
        </Empty>
      )}
      {list.rows && list.rows.length > 0 && <Rows alerts={list.rows} onMute={mute} />}
      <LoadMore of={list} />
      {muting && <MuteDialog alert={muting} onClose={() => mute(undefined)} />}
    </Page>
  )
}

interface RowsProps {
  readonly alerts: readonly Alert[]
  readonly onMute: (alert: Alert) => void
}

function Rows({ alerts, onMute }: RowsProps): ReactNode {
  return (
    <ul className="sheet rows" aria-label="Alerts">
      {alerts.map((alert) => (
        <li key={alert.alert_id}>
          <span className="severity">
            <Badge tone={alert.state === 'resolved' ? 'plain' : TONE[alert.severity]}>{alert.severity}</Badge>
          </span>
          <div className="grow">
            <p>
              {spelledOut(alert.message)}
              {alert.count > 1 && <span className="muted"> ({alert.count.toLocaleString()} times)</span>}
            </p>
            <p className="sub wrap">
              <Whose alert={alert} /> · <Since alert={alert} />
            </p>
          </div>
          <div className="actions end of-row">
            {alert.state === 'open' && <Acknowledge alert={alert} />}
            <Button kind="quiet" needs="alerts:write" label={`Mute: ${alert.message}`} onClick={() => onMute(alert)}>
              Mute…
            </Button>
          </div>
        </li>
      ))}
    </ul>
  )
}

function Whose({ alert }: { readonly alert: Alert }): ReactNode {
  if (alert.agent_id === null) return 'All agents'
  return <Link href={`/agents/${encodeURIComponent(alert.agent_id)}`}>{spelledOut(alert.agent_id)}</Link>
}

function Since({ alert }: { readonly alert: Alert }): ReactNode {
  return (
    <>
      raised <Ago at={alert.raised_at} />
      {alert.count > 1 && (
        <>
          , last <Ago at={alert.last_at} />
        </>
      )}
      {alert.acknowledged_by !== null && ` · acknowledged by ${spelledOut(alert.acknowledged_by)}`}
      {alert.resolved_at !== null && (
        <>
          {' '}
          · ended <Ago at={alert.resolved_at} />
        </>
      )}
    </>
  )
}

function Acknowledge({ alert }: { readonly alert: Alert }): ReactNode {
  const client = useQueryClient()
  const [busy, setBusy] = useState(false)
  const acknowledge = async (): Promise<void> => {
    setBusy(true)
    try {
      const { alert: now } = await call('alerts_acknowledge', { alert_id: alert.alert_id })
      toast(`Acknowledged by ${now.acknowledged_by}.`)
      await client.invalidateQueries({ queryKey: ['alerts'] })
    } catch (error) {
      toastError(error)
    }
    setBusy(false)
  }
  return (
    <Button busy={busy} needs="alerts:write" onClick={() => void acknowledge()}>
      Acknowledge
    </Button>
  )
}
