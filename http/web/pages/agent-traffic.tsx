import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { call } from '../api/client.ts'
import { Badge } from '../parts/badges.tsx'
import { Share } from '../parts/bars.tsx'
import { Button } from '../parts/button.tsx'
import { Confirm } from '../parts/dialog.tsx'
import { Load } from '../parts/page.tsx'
import { toast } from '../parts/toast.tsx'
import { TrafficDialog } from './agent-traffic-dialog.tsx'
import { partOf, percent, RATES, SUMS, type Compared, type Measure } from './traffic.rules.ts'

const DAYS = [1, 7, 30] as const
/** More colours cannot be told apart; the rest share the last one. */
const COLOURS = 5

/** How the work of an agent is shared among its versions, and what each makes of it. */
export function Traffic({ agentId }: { readonly agentId: string }): ReactNode {
  const [days, setDays] = useState<(typeof DAYS)[number]>(7)
  const [asked, ask] = useState<'weights' | 'end'>()
  const traffic = useQuery({
    queryKey: ['agent-now', agentId, 'traffic', days],
    queryFn: ({ signal }) => call('agent_versions_get_traffic', { agent_id: agentId, days }, signal),
  })
  const versions = traffic.data?.versions ?? []
  const shared = versions.some(({ weight }) => weight > 0)
  if (traffic.data && versions.length === 0) return null
  return (
    <section className="sheet" aria-label="Traffic">
      <header className="sheet-head">
        <h2>Traffic</h2>
        <div className="actions">
          <select
            className="input narrow"
            aria-label="Period of the comparison"
            value={days}
            onChange={({ target }) => setDays(DAYS.find((one) => String(one) === target.value) ?? 7)}
          >
            {DAYS.map((one) => (
              <option key={one} value={one}>
                {one === 1 ? 'today' : `${one} days`}
              </option>
            ))}
          </select>
          <Button
            icon="sliders"
            needs="agents:write"
            blocked={!traffic.data && 'Nothing is loaded yet.'}
            onClick={() => ask('weights')}
          >
            {shared ? 'Change shares…' : 'Start a canary…'}
          </Button>
          {shared && (
            <Button needs="agents:write" onClick={() => ask('end')}>
              End the canary…
            </Button>
          )}
        </div>
      </header>
      <Load of={traffic} rows={3}>
        {(data) => <Shown versions={data.versions} shared={shared} />}
      </Load>
      {asked === 'weights' && <TrafficDialog agentId={agentId} versions={versions} onClose={() => ask(undefined)} />}
      {asked === 'end' && <EndDialog agentId={agentId} versions={versions} onClose={() => ask(undefined)} />}
    </section>
  )
}

const partName = (at: number): string => `traffic-part-${Math.min(at, COLOURS - 1)}`
const nameOf = ({ version_number: number }: Compared): string => `Version ${number}`

function Shown({ versions, shared }: { readonly versions: readonly Compared[]; readonly shared: boolean }): ReactNode {
  const [only] = versions
  if (!shared && only) {
    return (
      <p className="pad muted">All of its tasks and sessions go to version {only.version_number}, its current one.</p>
    )
  }
  return (
    <div className="pad">
      <Shares versions={versions} />
      <div className="compares">
        {RATES.map((measure) => (
          <Compare key={measure.name} measure={measure} versions={versions} />
        ))}
      </div>
      <details>
        <summary>The figures as a table</summary>
        <Table versions={versions} />
      </details>
    </div>
  )
}

function Swatch({ at }: { readonly at: number }): ReactNode {
  return (
    <svg viewBox="0 0 9 9" aria-hidden="true">
      <rect width="9" height="9" className={partName(at)} />
    </svg>
  )
}

function Shares({ versions }: { readonly versions: readonly Compared[] }): ReactNode {
  const words = versions.map((one) => `${nameOf(one)} ${percent(one.share, 1)}`).join(', ')
  let at = 0
  return (
    <>
      <svg
        className="traffic-bar"
        viewBox="0 0 100 12"
        preserveAspectRatio="none"
        role="img"
        aria-label={`Shares: ${words}`}
      >
        {versions.map((one, n) => {
          const x = at * 100
          at += one.share
          return <rect key={one.version_id} x={x} width={one.share * 100} height="12" className={partName(n)} />
        })}
      </svg>
      <ul className="traffic-names" aria-hidden="true">
        {versions.map((one, n) => (
          <li key={one.version_id}>
            <Swatch at={n} />
            <span>{nameOf(one)}</span>
            <strong className="number">{percent(one.share, 1)}</strong>
            {one.current && <Badge tone="good">current</Badge>}
          </li>
        ))}
      </ul>
    </>
  )
}

interface CompareProps {
  readonly measure: Measure
  readonly versions: readonly Compared[]
}

function Compare({ measure, versions }: CompareProps): ReactNode {
  return (
    <section className="compare">
      <h3>{measure.name}</h3>
      <dl>
        {versions.map((one, n) => {
          const value = measure.of(one)
          return (
            <div key={one.version_id}>
              <dt>
                <Swatch at={n} /> {nameOf(one)}
              </dt>
              <dd>
                <Share
                  of={partOf(measure, one, versions)}
                  tone={partName(n)}
                  words={value === null ? 'no data' : measure.shown(value)}
                />
              </dd>
            </div>
          )
        })}
      </dl>
    </section>
  )
}

function Table({ versions }: { readonly versions: readonly Compared[] }): ReactNode {
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label="Figures of each version">
      <table className="table">
        <thead>
          <tr>
            <th>Figure</th>
            {versions.map((one) => (
              <th key={one.version_id} className="right">
                {nameOf(one)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {[...RATES, ...SUMS].map((measure) => (
            <tr key={measure.name}>
              <th scope="row">{measure.name}</th>
              {versions.map((one) => {
                const value = measure.of(one)
                return (
                  <td key={one.version_id} className="right number">
                    {value === null ? '–' : measure.shown(value)}
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

interface EndProps {
  readonly agentId: string
  readonly versions: readonly Compared[]
  readonly onClose: () => void
}

function EndDialog({ agentId, versions, onClose }: EndProps): ReactNode {
  const client = useQueryClient()
  const current = versions.find((one) => one.current)
  const end = async (): Promise<void> => {
    await call('agent_versions_set_traffic', { agent_id: agentId, shares: [] })
    toast('Ended: all of its work goes to its current version.')
    await client.invalidateQueries({ queryKey: ['agent-now', agentId, 'traffic'] })
  }
  return (
    <Confirm title="End the canary?" verb="End it" kind="primary" onClose={onClose} onConfirm={end}>
      <p>
        {current === undefined
          ? 'Its work goes to no version in particular.'
          : `All new work goes to version ${current.version_number}, the current one.`}{' '}
        Tasks that were routed already stay with their version. To keep another version, roll back to it first.
      </p>
    </Confirm>
  )
}
