import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { call } from '../api/client.ts'
import { spelledOut } from '../parts/act.rules.ts'
import { Badge } from '../parts/badges.tsx'
import { Share } from '../parts/bars.tsx'
import { dollars } from '../parts/money.ts'
import { unusuallyDear, type Costs, type DayCost } from './costs.rules.ts'

export interface CostRow {
  readonly key: string
  readonly name: ReactNode
  readonly usd: number
  /** Null: not told. */
  readonly tokens: number | null
  readonly unpriced: number
}

interface TableProps {
  readonly what: string
  readonly rows: readonly CostRow[]
  /** What the bars are parts of; no bars without it. */
  readonly whole?: number
}

export function CostTable({ what, rows, whole }: TableProps): ReactNode {
  return (
    <table className="table">
      <thead>
        <tr>
          <th>{what}</th>
          <th className="right">Cost</th>
          {whole !== undefined && <th className="wide">Share</th>}
          <th className="right wide">Tokens</th>
          <th className="right wide">Without a price</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ key, name, usd, tokens, unpriced }) => (
          <tr key={key}>
            <th scope="row" className={whole === undefined ? 'number' : 'clip'}>
              {name}
            </th>
            <td className="tight right number">{told(usd, unpriced)}</td>
            {whole !== undefined && (
              <td className="tight wide number">
                <Share of={whole === 0 ? 0 : usd / whole} words={percent(whole === 0 ? 0 : usd / whole)} />
              </td>
            )}
            <td className="tight right wide number">{tokens?.toLocaleString() ?? '–'}</td>
            <td className="tight right wide number">{unpriced === 0 ? '–' : unpriced.toLocaleString()}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

interface Sum {
  readonly cost_usd: number
  readonly tokens: number
  readonly unpriced_count: number
}

/** Rows of sums by a name that may be unknown. */
export function costRows<T extends Sum>(
  sums: readonly T[],
  keyOf: (sum: T) => string | null,
  nameOf: (key: string) => ReactNode = spelledOut,
): CostRow[] {
  return sums.map((one) => {
    const key = keyOf(one)
    return {
      key: key ?? '',
      name: key === null || key === '' ? <span className="muted">not said</span> : nameOf(key),
      usd: one.cost_usd,
      tokens: one.tokens,
      unpriced: one.unpriced_count,
    }
  })
}

/** What has no price is not told as free. */
const told = (usd: number, unpriced: number): string =>
  unpriced === 0 ? dollars(usd) : usd === 0 ? 'no price' : `${dollars(usd)}+`

export const percent = (part: number): string => part.toLocaleString(undefined, { style: 'percent' })

/** The picture's figures, newest first. */
export function ByDay({ days, dear }: { readonly days: readonly DayCost[]; readonly dear: boolean }): ReactNode {
  const rows = days.toReversed().map(({ day, usd, tokens, unpriced }, n) => ({
    key: day,
    name: (
      <>
        {day} {dear && n === 0 && <Badge tone="warn">unusual</Badge>}
      </>
    ),
    usd,
    tokens,
    unpriced,
  }))
  return (
    <details>
      <summary>The figures as a table</summary>
      <CostTable what="Day" rows={rows} />
    </details>
  )
}

export function ByAgent({ costs }: { readonly costs: Costs }): ReactNode {
  const rows = costs.by_agent.map((one) => ({
    key: one.agent_id,
    name: (
      <>
        <Link href={`/agents/${encodeURIComponent(one.agent_id)}`}>{spelledOut(one.agent_name ?? one.agent_id)}</Link>{' '}
        {unusuallyDear(one.anomaly) && <Badge tone="warn">unusual today</Badge>}
      </>
    ),
    usd: one.cost_usd,
    tokens: one.tokens,
    unpriced: one.unpriced_count,
  }))
  return <Group title="By agent" what="Agent" rows={rows} whole={costs.total_usd} />
}

export function ByModel({ costs }: { readonly costs: Costs }): ReactNode {
  const rows = costRows(costs.by_model, ({ model }) => model)
  return <Group title="By model" what="Model" rows={rows} whole={costs.total_usd} />
}

/** The server tells these for one agent, as versions are those of an agent. */
export function ByVersion({ costs, agentId }: { readonly costs: Costs; readonly agentId: string }): ReactNode {
  return <Group title="By version" what="Version" rows={useVersionRows(costs, agentId)} whole={costs.total_usd} />
}

/** None where everything is of no version that is known. */
export function useVersionRows(costs: Costs, agentId: string): CostRow[] {
  const sums = costs.by_version
  const told = sums.some(({ version_id: id }) => id !== null)
  const { data } = useQuery({
    queryKey: ['agent', agentId, 'versions'],
    queryFn: ({ signal }) => call('agent_versions_list', { agent_id: agentId, limit: 50 }, signal),
    enabled: told && agentId !== '',
  })
  if (!told) return []
  const numbers = new Map(data?.versions.map((one) => [one.version_id, `Version ${one.version_number}`]))
  const rows = costRows(
    sums,
    ({ version_id: id }) => id,
    (id) => numbers.get(id) ?? id,
  )
  const others = costs.other_versions_usd
  return others > 0 ? [...rows, { key: 'others', name: 'Others', usd: others, tokens: null, unpriced: 0 }] : rows
}

function Group({ title, ...table }: TableProps & { readonly title: string }): ReactNode {
  if (table.rows.length === 0) return null
  return (
    <section className="sheet" aria-label={title}>
      <header className="sheet-head">
        <h2>{title}</h2>
      </header>
      <CostTable {...table} />
    </section>
  )
}
