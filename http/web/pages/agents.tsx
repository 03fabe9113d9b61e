import { useRef, type ReactNode } from 'react'
import { Link, useSearchParams } from 'wouter'
import type { OutputOf } from '../../client/operations.ts'
import { call } from '../api/client.ts'
import { spelledOut } from '../parts/act.rules.ts'
import { Badge, type Tone } from '../parts/badges.tsx'
import { useHotkeys } from '../parts/hotkeys.ts'
import { LoadMore, usePaged } from '../parts/paged.tsx'
import { Empty, Page, Problem, Skeleton } from '../parts/page.tsx'
import { Ago } from '../parts/time.tsx'
import { useSettled } from '../parts/use-settled.ts'
import { ConnectHint } from './connect-hint.tsx'

type AgentRow = OutputOf<'agents_list'>['agents'][number]

export function Agents(): ReactNode {
  const [params, setParams] = useSearchParams()
  const search = params.get('q') ?? ''
  const q = useSettled(search)
  const box = useRef<HTMLInputElement>(null)
  useHotkeys({ '/': () => box.current?.focus() })
  const list = usePaged(
    ['agents', q],
    (cursor, signal) =>
      call('agents_list', { limit: 50, ...(q === '' ? {} : { q }), ...(cursor ? { cursor } : {}) }, signal),
    (page) => page.agents,
  )
  return (
    <Page
      wide
      title="Agents"
      lead="Whoever asked once or was registered. A paused agent is answered with a block until it is resumed."
    >
      <search className="filters">
        <input
          ref={box}
          className="input"
          type="search"
          placeholder="Id or name"
          aria-label="Search agents by id or name"
          value={search}
          onChange={(event) => setParams(event.target.value === '' ? {} : { q: event.target.value }, { replace: true })}
        />
      </search>
      {list.error && !list.data ? <Problem error={list.error} retry={() => void list.refetch()} /> : null}
      {list.isPending && <Skeleton rows={8} />}
      {list.rows?.length === 0 && <None searched={q !== ''} />}
      {list.rows && list.rows.length > 0 && <Rows agents={list.rows} />}
      <LoadMore of={list} />
    </Page>
  )
}

function None({ searched }: { readonly searched: boolean }): ReactNode {
  if (searched) return <Empty icon="search" title="No agent matches" />
  return (
    <Empty icon="bot" title="No agent yet">
      <p>An agent shows up here with its first question to the guard.</p>
      <ConnectHint />
    </Empty>
  )
}

const PRESENCE: Readonly<Record<string, Tone>> = { online: 'good', busy: 'good', idle: 'plain', stale: 'warn' }

export function Presence({ agent }: { readonly agent: Pick<AgentRow, 'paused' | 'presence'> }): ReactNode {
  if (agent.paused) return <Badge tone="bad">paused</Badge>
  const { status } = agent.presence
  return status === 'unknown' ? (
    <span className="muted">–</span>
  ) : (
    <Badge tone={PRESENCE[status] ?? 'plain'}>{status}</Badge>
  )
}

function Rows({ agents }: { readonly agents: readonly AgentRow[] }): ReactNode {
  return (
    <div className="sheet">
      <table className="table">
        <thead>
          <tr>
            <th>Agent</th>
            <th>State</th>
            <th className="right wide">Actions</th>
            <th className="right">Last heard of</th>
          </tr>
        </thead>
        <tbody>
          {agents.map((agent) => (
            <tr key={agent.agent_id} className="linked">
              <th scope="row" className="clip">
                <Link href={`/agents/${encodeURIComponent(agent.agent_id)}`}>
                  {spelledOut(agent.agent_name ?? agent.agent_id)}
                </Link>
                <span className="sub mono">{spelledOut(agent.agent_id)}</span>
              </th>
              <td className="tight">
                <Presence agent={agent} />
              </td>
              <td className="tight right wide number">{agent.action_count.toLocaleString()}</td>
              <td className="tight right muted">
                <Ago at={agent.last_active} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
