import type { ReactNode } from 'react'
import { spelledOut } from '../parts/act.rules.ts'
import { Share } from '../parts/bars.tsx'
import { dollars } from '../parts/money.ts'
import { percent } from './cost-tables.tsx'
import type { Costs } from './costs.rules.ts'

/** What tasks cost by their name. */
export function ByTask({ costs }: { readonly costs: Costs }): ReactNode {
  const { by_task: tasks, other_tasks_usd: others } = costs
  if (tasks.length === 0) return null
  const whole = tasks.reduce((sum, { cost_usd: usd }) => sum + usd, others)
  const part = (usd: number): number => (whole === 0 ? 0 : usd / whole)
  return (
    <section className="sheet" aria-label="By task">
      <header className="sheet-head">
        <h2>By task</h2>
      </header>
      <table className="table">
        <thead>
          <tr>
            <th>Task</th>
            <th className="right">Cost</th>
            <th className="wide">Share</th>
            <th className="right wide">Tasks</th>
          </tr>
        </thead>
        <tbody>
          {[...tasks, ...(others > 0 ? [{ task: 'Others', cost_usd: others, count: null }] : [])].map(
            ({ task, cost_usd: usd, count }) => (
              <tr key={`${count === null} ${task}`}>
                <th scope="row" className="clip">
                  {task === '' ? <span className="muted">not named</span> : spelledOut(task)}
                </th>
                <td className="tight right number">{dollars(usd)}</td>
                <td className="tight wide number">
                  <Share of={part(usd)} words={percent(part(usd))} />
                </td>
                <td className="tight right wide number">{count?.toLocaleString() ?? '–'}</td>
              </tr>
            ),
          )}
        </tbody>
      </table>
    </section>
  )
}
