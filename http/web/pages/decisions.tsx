import { useRef, type ReactNode } from 'react'
import { Link, useSearchParams } from 'wouter'
import type { OutputOf } from '../../client/operations.ts'
import { call } from '../api/client.ts'
import { useCan } from '../api/session.ts'
import { spelledOut } from '../parts/act.rules.ts'
import { DecisionBadge, Risk } from '../parts/badges.tsx'
import { useHotkeys } from '../parts/hotkeys.ts'
import { LoadMore, usePaged } from '../parts/paged.tsx'
import { Empty, Page, Problem, Skeleton } from '../parts/page.tsx'
import { Ago } from '../parts/time.tsx'
import { useSettled } from '../parts/use-settled.ts'
import { ConnectHint } from './connect-hint.tsx'

type List = OutputOf<'guard_list_decisions'>
type Row = List['decisions'][number]
type Filter = Readonly<Partial<Record<'decision' | 'agent_id' | 'action_type' | 'days', string>>>

const VERDICTS = ['allow', 'warn', 'require_approval', 'block'] as const
const names = ['decision', 'agent_id', 'action_type', 'days'] as const

export function Decisions(): ReactNode {
  const can = useCan()
  const [search, setSearch] = useSearchParams()
  const filter: Filter = Object.fromEntries(
    names.flatMap((name) => (search.get(name) ? [[name, search.get(name)]] : [])),
  )
  const settled = useSettled(filter)
  const list = usePaged(
    ['decisions', settled],
    (cursor, signal) =>
      call('guard_list_decisions', { ...inputOf(settled), limit: 50, ...(cursor ? { cursor } : {}) }, signal),
    (page) => page.decisions,
  )
  const set = (name: (typeof names)[number], value: string): void => {
    setSearch(
      (before) => {
        if (value === '') before.delete(name)
        else before.set(name, value)
        return before
      },
      { replace: true },
    )
  }
  if (!can('guard:read'))
    return <Page title="Decisions">{<Empty icon="lock" title="Decisions are not for your role" />}</Page>
  return (
    <Page wide title="Decisions" lead="Every answer of the guard, newest first.">
      <Stats stats={list.first?.stats} />
      <Filters filter={filter} set={set} />
      {list.error && !list.data ? <Problem error={list.error} retry={() => void list.refetch()} /> : null}
      {list.isPending && <Skeleton rows={10} />}
      {list.rows && <Rows rows={list.rows} filtered={Object.keys(filter).length > 0} />}
      <LoadMore of={list} />
    </Page>
  )
}

function inputOf({ decision, days, ...rest }: Filter) {
  const known = VERDICTS.find((one) => one === decision)
  return { ...rest, ...(known ? { decision: known } : {}), ...(days ? { days: Number(days) } : {}) }
}

function Stats({ stats }: { readonly stats: List['stats'] | undefined }): ReactNode {
  const cells: readonly (readonly [string, number | undefined])[] = [
    ['in 24 hours', stats?.total_24h],
    ['warned', stats?.warns_24h],
    ['asked a person', stats?.approvals_24h],
    ['blocked', stats?.blocks_24h],
  ]
  return (
    <dl className="stats">
      {cells.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value?.toLocaleString() ?? '–'}</dd>
        </div>
      ))}
    </dl>
  )
}

function Filters({
  filter,
  set,
}: {
  readonly filter: Filter
  readonly set: (name: (typeof names)[number], value: string) => void
}): ReactNode {
  const first = useRef<HTMLInputElement>(null)
  useHotkeys({ '/': () => first.current?.focus() })
  return (
    <search className="filters">
      <select
        className="input"
        aria-label="Decision"
        value={filter.decision ?? ''}
        onChange={(event) => set('decision', event.target.value)}
      >
        <option value="">Every decision</option>
        <option value="allow">Allow</option>
        <option value="warn">Warn</option>
        <option value="require_approval">Approval</option>
        <option value="block">Block</option>
      </select>
      <input
        ref={first}
        className="input"
        type="search"
        aria-label="Agent id"
        placeholder="Agent id"
        value={filter.agent_id ?? ''}
        onChange={(event) => set('agent_id', event.target.value)}
      />
      <input
        className="input"
        type="search"
        aria-label="Action type"
        placeholder="Action type"
        value={filter.action_type ?? ''}
        onChange={(event) => set('action_type', event.target.value)}
      />
      <select
        className="input"
        aria-label="Time"
        value={filter.days ?? ''}
        onChange={(event) => set('days', event.target.value)}
      >
        <option value="">All time</option>
        <option value="1">Last day</option>
        <option value="7">Last 7 days</option>
        <option value="30">Last 30 days</option>
      </select>
    </search>
  )
}

function Rows({ rows, filtered }: { readonly rows: readonly Row[]; readonly filtered: boolean }): ReactNode {
  if (rows.length === 0) {
    return filtered ? (
      <Empty icon="search" title="No decision matches">
        <p>Ids of agents and action types are matched whole.</p>
      </Empty>
    ) : (
      <Empty icon="list" title="Nothing was decided yet">
        <p>As soon as an agent asks, the answer and its reasons stand here.</p>
        <ConnectHint />
      </Empty>
    )
  }
  return (
    <div className="sheet">
      <table className="table decisions">
        <thead>
          <tr>
            <th>Decision</th>
            <th>Act</th>
            <th className="wide">Agent</th>
            <th className="right">Risk</th>
            <th className="right wide">When</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <DecisionLine key={row.id} row={row} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function DecisionLine({ row }: { readonly row: Row }): ReactNode {
  return (
    <tr className="linked">
      <td className="tight">
        <DecisionBadge decision={row.decision} />
      </td>
      <th scope="row" className="clip">
        <Link href={`/decisions/${row.id}`}>{spelledOut(row.declared_goal ?? row.target ?? row.action_type)}</Link>
        <span className="sub">
          {row.action_type}
          {row.target && <> · {spelledOut(row.target)}</>}
          {row.degraded && <> · degraded</>}
        </span>
      </th>
      <td className="tight wide">{row.agent_name ?? row.agent_id ?? '–'}</td>
      <td className="tight right">
        <Risk score={row.risk_score} />
      </td>
      <td className="tight right wide muted">
        <Ago at={row.created_at} />
      </td>
    </tr>
  )
}
