import { useQuery } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import type { OutputOf } from '../../client/operations.ts'
import { call } from '../api/client.ts'
import { spelledOut } from '../parts/act.rules.ts'
import { dollars } from '../parts/money.ts'
import { Load } from '../parts/page.tsx'

type Figures = OutputOf<'roi_get_stats'>
const PERIODS = ['7d', '30d', '90d'] as const

const percent = (part: number, digits = 0): string =>
  part.toLocaleString(undefined, { style: 'percent', maximumFractionDigits: digits })
const dash = (value: number | null, shown: (known: number) => string): string => (value === null ? '–' : shown(value))

/** How the tasks of an agent ended, and what they cost and brought. */
export function Return({ agentId }: { readonly agentId: string }): ReactNode {
  const [period, setPeriod] = useState<(typeof PERIODS)[number]>('30d')
  const stats = useQuery({
    queryKey: ['agent', agentId, 'return', period],
    queryFn: ({ signal }) => call('roi_get_stats', { agent_id: agentId, period }, signal),
  })
  return (
    <section className="sheet" aria-label="Cost and return">
      <header className="sheet-head">
        <h2>Cost and return</h2>
        <select
          className="input narrow"
          aria-label="Period"
          value={period}
          onChange={({ target }) => setPeriod(PERIODS.find((one) => one === target.value) ?? '30d')}
        >
          {PERIODS.map((one) => (
            <option key={one} value={one}>
              {one.slice(0, -1)} days
            </option>
          ))}
        </select>
      </header>
      <Load of={stats} rows={3}>
        {(figures) =>
          figures.total_tasks === 0 ? (
            <p className="pad muted">It told of no task that ended in this time.</p>
          ) : (
            <>
              <Cells figures={figures} />
              {figures.by_task.length > 1 && <ByTask tasks={figures.by_task} />}
            </>
          )
        }
      </Load>
    </section>
  )
}

function Cells({ figures }: { readonly figures: Figures }): ReactNode {
  const { success_rate_interval: interval, trend } = figures
  const likely = interval && `95% between ${percent(interval.low)} and ${percent(interval.high)}`
  const cells: readonly (readonly [string, string, string | null])[] = [
    ['tasks', figures.total_tasks.toLocaleString(), before(trend.total_tasks.previous, (n) => n.toLocaleString())],
    ['success rate', dash(figures.success_rate, percent), likely],
    ['cost per task', dash(figures.cost_per_task, dollars), before(trend.cost_per_task.previous, dollars)],
    ['cost per success', dash(figures.cost_per_outcome, dollars), before(trend.cost_per_outcome.previous, dollars)],
    ['net return', dash(figures.net_roi, percent), figures.net_roi === null ? whyNone(figures) : worth(figures)],
  ]
  return (
    <dl className="stats inner">
      {cells.map(([name, value, more]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
          {more !== null && <dd className="sub wrap">{more}</dd>}
        </div>
      ))}
    </dl>
  )
}

const before = (value: number | null, shown: (known: number) => string): string | null =>
  value === null ? null : `${shown(value)} before`

const whyNone = ({ value }: Figures): string => (value === null ? 'nobody said what a task is worth' : 'without a cost')
const worth = ({ value, total_cost: cost }: Figures): string =>
  `${dollars(value ?? 0)} of value for ${dollars(cost)} of cost`

function ByTask({ tasks }: { readonly tasks: Figures['by_task'] }): ReactNode {
  return (
    <table className="table">
      <thead>
        <tr>
          <th>Task</th>
          <th className="right wide">Tasks</th>
          <th className="right">Success</th>
          <th className="right">Per task</th>
          <th className="right wide">Net return</th>
        </tr>
      </thead>
      <tbody>
        {tasks.map((one) => (
          <tr key={one.task}>
            <th scope="row" className="clip">
              {one.task === '' ? <span className="muted">not named</span> : spelledOut(one.task)}
            </th>
            <td className="tight right wide number">{one.total_tasks.toLocaleString()}</td>
            <td className="tight right number">{dash(one.success_rate, percent)}</td>
            <td className="tight right number">{dash(one.cost_per_task, dollars)}</td>
            <td className="tight right wide number">{dash(one.net_roi, percent)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
