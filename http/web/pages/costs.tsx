import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { useSearchParams } from 'wouter'
import { ApiError, call } from '../api/client.ts'
import { usePolling } from '../api/live.ts'
import { AgentPicker } from '../parts/agent-picker.tsx'
import { Columns } from '../parts/bars.tsx'
import { Button } from '../parts/button.tsx'
import { Icon } from '../parts/icons.tsx'
import { dollars } from '../parts/money.ts'
import { Empty, Load, Page } from '../parts/page.tsx'
import type { Period } from '../parts/period.rules.ts'
import { PeriodPicker } from '../parts/period.tsx'
import { useSettled } from '../parts/use-settled.ts'
import { costsCsv, daysOf, firstDay, unusuallyDear, type Costs as All } from './costs.rules.ts'
import { ByAgent, ByDay, ByModel, ByVersion } from './cost-tables.tsx'
import { ByTask } from './cost-tasks.tsx'

interface Shown {
  readonly costs: All
  readonly period: Period
  readonly at: number
  /** Empty: of all. */
  readonly agentId: string
}

export function Costs(): ReactNode {
  const [period, setPeriod] = useState<Period>(30)
  const [params, setParams] = useSearchParams()
  const typed = params.get('agent_id') ?? ''
  const agentId = useSettled(typed.trim())
  const polling = usePolling()
  const query = useQuery({
    queryKey: ['costs', period, agentId],
    queryFn: async ({ signal }): Promise<Shown> => {
      const at = Date.now()
      const from = `${firstDay(period, at)}T00:00:00Z`
      const whose = agentId === '' ? {} : { agent_id: agentId }
      // Tasks of all agents are summed only when they alone are asked for.
      const [costs, { by_task, other_tasks_usd }] = await Promise.all([
        call('telemetry_list_costs', { from, ...whose }, signal),
        call('telemetry_list_costs', { from, ...whose, group: 'task' }, signal),
      ])
      return { costs: { ...costs, by_task, other_tasks_usd }, period, at, agentId }
    },
    placeholderData: keepPreviousData,
    refetchInterval: polling,
  })
  const shown = query.data
  const unknown = query.error instanceof ApiError && query.error.status === 404
  return (
    <Page
      wide
      title="Costs"
      lead="What agents reported, priced by model and tokens where they did not say a cost. Days are those of UTC."
      actions={
        <Button icon="file" blocked={!shown && 'Nothing is loaded yet.'} onClick={() => shown && download(shown)}>
          CSV
        </Button>
      }
    >
      <search className="filters">
        <AgentPicker
          type="search"
          placeholder="Every agent"
          aria-label="Agent, by its id"
          value={typed}
          onPick={(id) => setParams(id === '' ? {} : { agent_id: id }, { replace: true })}
        />
        <PeriodPicker label="Period" value={period} onPick={setPeriod} />
      </search>
      {unknown ? (
        <Empty icon="search" title="There is no agent with this id" />
      ) : (
        <Load of={query} rows={8}>
          {(data) => (data.costs.by_day.length === 0 ? <Nothing /> : <Overview {...data} />)}
        </Load>
      )}
    </Page>
  )
}

function Nothing(): ReactNode {
  return (
    <Empty icon="bars" title="No costs in this time">
      <p>
        Agents report what they spend to <code>POST /api/telemetry</code>: a cost, or a model with its tokens.
      </p>
    </Empty>
  )
}

function Overview({ costs, period, at, agentId }: Shown): ReactNode {
  const days = daysOf(costs, period, at)
  const today = days.at(-1)?.usd ?? 0
  const dear = unusuallyDear(costs.anomaly, today)
  const dearest = days.reduce((most, one) => (one.usd > most.usd ? one : most))
  return (
    <div className="stack">
      <Stats costs={costs} period={period} today={today} />
      {dear && costs.anomaly && (
        <p className="note warn">
          <Icon name="alert" />
          <span>
            Today is unusually dear: {dollars(today)}, where {dollars(costs.anomaly.median_usd)} is the median of the
            days before.
          </span>
        </p>
      )}
      <section className="sheet" aria-label="By day">
        <header className="sheet-head">
          <h2>By day</h2>
        </header>
        <div className="pad">
          <Columns
            label={`Cost by day over ${period} days, at most ${dollars(dearest.usd)} on ${dearest.day}; the figures are in the table below.`}
            shown={dollars}
            columns={days.map(({ day, usd }, n) => ({
              name: day,
              value: usd,
              words: `${day}: ${dollars(usd)}`,
              marked: dear && n === days.length - 1,
            }))}
          />
          <ByDay days={days} dear={dear} />
        </div>
      </section>
      <ByAgent costs={costs} />
      <ByModel costs={costs} />
      <ByVersion costs={costs} agentId={agentId} />
      <ByTask costs={costs} />
    </div>
  )
}

interface StatsProps {
  readonly costs: All
  readonly period: Period
  readonly today: number
}

function Stats({ costs, period, today }: StatsProps): ReactNode {
  const cells: readonly (readonly [string, string])[] = [
    [`in ${period} days`, dollars(costs.total_usd)],
    ['today', dollars(today)],
    ['tokens', costs.total_tokens.toLocaleString(undefined, { notation: 'compact', maximumFractionDigits: 1 })],
    ['without a price', costs.unpriced_count.toLocaleString()],
  ]
  return (
    <dl className="stats">
      {cells.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

/** Made from what the page shows, so that the two never differ. */
function download({ costs, period, at }: Shown): void {
  const days = daysOf(costs, period, at)
  const url = URL.createObjectURL(new Blob([costsCsv(costs, days)], { type: 'text/csv;charset=utf-8' }))
  const link = document.createElement('a')
  link.href = url
  link.download = `costs-${days[0]?.day}-to-${days.at(-1)?.day}.csv`
  link.click()
  URL.revokeObjectURL(url)
}
