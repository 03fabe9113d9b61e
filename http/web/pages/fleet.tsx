import { useQueryClient } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { Link } from 'wouter'
import { call } from '../api/client.ts'
import { spelledOut } from '../parts/act.rules.ts'
import { Badge, type Tone } from '../parts/badges.tsx'
import { Button } from '../parts/button.tsx'
import { Confirm } from '../parts/dialog.tsx'
import { dollars } from '../parts/money.ts'
import { LoadMore, usePaged } from '../parts/paged.tsx'
import { Empty, Page, Problem, Skeleton } from '../parts/page.tsx'
import { Spark } from '../parts/spark.tsx'
import { Ago } from '../parts/time.tsx'
import { toast } from '../parts/toast.tsx'
import { trendOf, USAGE_DAYS, type FleetAgent } from './fleet.rules.ts'

const TONE: Readonly<Record<FleetAgent['status'], Tone>> = {
  running: 'good',
  paused: 'bad',
  stopped: 'plain',
  error: 'bad',
  stuck: 'warn',
}

export function Fleet(): ReactNode {
  const list = usePaged(
    ['fleet'],
    (cursor, signal) =>
      call('fleet_list', { limit: 50, usage_days: USAGE_DAYS, ...(cursor ? { cursor } : {}) }, signal),
    (page) => page.agents,
  )
  const [asked, ask] = useState<FleetAgent>()
  return (
    <Page wide title="Fleet" lead="What every agent is doing, by the events it sends. Silence is told as “stuck”.">
      {list.error && !list.data ? <Problem error={list.error} retry={() => void list.refetch()} /> : null}
      {list.isPending && <Skeleton rows={8} />}
      {list.rows?.length === 0 && (
        <Empty icon="bot" title="No agent has sent an event">
          <p>
            Agents report heartbeats, tool calls, errors and costs to <code>POST /api/telemetry</code>.
          </p>
        </Empty>
      )}
      {list.rows && list.rows.length > 0 && <Rows agents={list.rows} onPause={ask} />}
      <LoadMore of={list} />
      {asked && <PauseDialog agent={asked} onClose={() => ask(undefined)} />}
    </Page>
  )
}

interface RowsProps {
  readonly agents: readonly FleetAgent[]
  readonly onPause: (agent: FleetAgent) => void
}

function Rows({ agents, onPause }: RowsProps): ReactNode {
  return (
    <div className="sheet">
      <table className="table">
        <thead>
          <tr>
            <th>Agent</th>
            <th>Status</th>
            <th className="wide">{USAGE_DAYS} days</th>
            <th className="right wide">Cost</th>
            <th className="right wide">Tokens</th>
            <th className="right wide">Errors</th>
            <th className="right wide">Last event</th>
            <th>
              <span className="sr-only">Pause</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {agents.map((agent) => (
            <tr key={agent.agent_id}>
              <th scope="row" className="clip">
                <Link href={`/agents/${encodeURIComponent(agent.agent_id)}`}>
                  {spelledOut(agent.agent_name ?? agent.agent_id)}
                </Link>
                <span className="sub mono">{spelledOut(agent.host ?? agent.agent_id)}</span>
              </th>
              <td className="tight">
                <Badge tone={TONE[agent.status]}>{agent.status}</Badge>
              </td>
              <td className="tight wide">
                <Days agent={agent} />
              </td>
              <td className="tight right wide number">
                <Cost agent={agent} />
              </td>
              <td className="tight right wide number">{agent.token_count.toLocaleString()}</td>
              <td className="tight right wide number">{agent.error_count.toLocaleString()}</td>
              <td className="tight right wide muted">
                <Ago at={agent.last_heartbeat} />
              </td>
              <td className="tight right">
                <Button icon={agent.paused ? 'play' : 'pause'} needs="agents:pause" onClick={() => onPause(agent)}>
                  {agent.paused ? 'Resume' : 'Pause'}
                </Button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Days({ agent }: { readonly agent: FleetAgent }): ReactNode {
  const { values, words } = trendOf(agent, Date.now())
  return <Spark values={values} label={words} />
}

/** What has no price is not told as free. */
function Cost({ agent }: { readonly agent: FleetAgent }): ReactNode {
  if (agent.unpriced_count === 0) return dollars(agent.cost_usd)
  return (
    <span title={`${agent.unpriced_count} events of models without a known price are not in it`}>
      {dollars(agent.cost_usd)}+
    </span>
  )
}

function PauseDialog({ agent, onClose }: { readonly agent: FleetAgent; readonly onClose: () => void }): ReactNode {
  const client = useQueryClient()
  const verb = agent.paused ? 'Resume' : 'Pause'
  const change = async (): Promise<void> => {
    await call(agent.paused ? 'agents_resume' : 'agents_pause', { agent_id: agent.agent_id })
    toast(agent.paused ? 'Resumed.' : 'Paused: its next question is answered with a block.')
    await client.invalidateQueries({ queryKey: ['fleet'] })
  }
  return (
    <Confirm
      title={`${verb} ${agent.agent_name ?? agent.agent_id}?`}
      verb={verb}
      kind={agent.paused ? 'primary' : 'danger'}
      onClose={onClose}
      onConfirm={change}
    >
      <p>
        {agent.paused
          ? 'The guard decides about it by the policies again.'
          : 'Every question it asks is answered with a block until somebody resumes it.'}
      </p>
    </Confirm>
  )
}
