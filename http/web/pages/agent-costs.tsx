import { useQuery } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { call } from '../api/client.ts'
import { Columns } from '../parts/bars.tsx'
import { dollars } from '../parts/money.ts'
import { Load } from '../parts/page.tsx'
import type { Period } from '../parts/period.rules.ts'
import { PeriodPicker } from '../parts/period.tsx'
import { daysOf, firstDay, type Costs } from './costs.rules.ts'
import { CostTable, costRows, useVersionRows } from './cost-tables.tsx'

/** What one agent spent: by day, by model, and by version where it has any. */
export function AgentCosts({ agentId }: { readonly agentId: string }): ReactNode {
  const [period, setPeriod] = useState<Period>(30)
  const costs = useQuery({
    queryKey: ['agent-now', agentId, 'costs', period],
    queryFn: async ({ signal }) => {
      const at = Date.now()
      const from = `${firstDay(period, at)}T00:00:00Z`
      return { costs: await call('telemetry_list_costs', { agent_id: agentId, from }, signal), at, period }
    },
  })
  return (
    <section className="sheet" aria-label="Costs">
      <header className="sheet-head">
        <h2>Costs</h2>
        <PeriodPicker narrow label="Period of the costs" value={period} onPick={setPeriod} />
      </header>
      <Load of={costs} rows={4}>
        {(data) => <Shown {...data} agentId={agentId} />}
      </Load>
    </section>
  )
}

interface ShownProps {
  readonly costs: Costs
  readonly period: Period
  readonly at: number
  readonly agentId: string
}

function Shown({ costs, period, at, agentId }: ShownProps): ReactNode {
  if (costs.by_day.length === 0) return <p className="pad muted">It told of no cost and no tokens in this time.</p>
  const days = daysOf(costs, period, at)
  return (
    <>
      <div className="pad">
        <Columns
          label={`Cost by day over ${period} days, ${dollars(costs.total_usd)} in all`}
          shown={dollars}
          columns={days.map(({ day, usd }) => ({ name: day, value: usd, words: `${day}: ${dollars(usd)}` }))}
        />
      </div>
      <CostTable what="Model" whole={costs.total_usd} rows={costRows(costs.by_model, ({ model }) => model)} />
      <ByVersion costs={costs} agentId={agentId} />
    </>
  )
}

function ByVersion({ costs, agentId }: { readonly costs: Costs; readonly agentId: string }): ReactNode {
  const rows = useVersionRows(costs, agentId)
  return rows.length === 0 ? null : <CostTable what="Version" whole={costs.total_usd} rows={rows} />
}
