import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { Link } from 'wouter'
import type { OutputOf } from '../../client/operations.ts'
import { ApiError, call } from '../api/client.ts'
import { useCan } from '../api/session.ts'
import { spelledOut } from '../parts/act.rules.ts'
import { DecisionBadge, Risk } from '../parts/badges.tsx'
import { Button, ButtonLink } from '../parts/button.tsx'
import { Copyable } from '../parts/copy.tsx'
import { Confirm } from '../parts/dialog.tsx'
import { Input } from '../parts/fields.tsx'
import { Icon } from '../parts/icons.tsx'
import { Back } from '../parts/missing.tsx'
import { Empty, Load, Page } from '../parts/page.tsx'
import { Ago } from '../parts/time.tsx'
import { toast } from '../parts/toast.tsx'
import { Presence } from './agents.tsx'
import { AgentCosts } from './agent-costs.tsx'
import { Drift } from './agent-drift.tsx'
import { Events } from './agent-events.tsx'
import { Family } from './agent-family.tsx'
import { Return } from './agent-return.tsx'
import { Traffic } from './agent-traffic.tsx'
import { Versions } from './versions.tsx'

type AgentProfile = OutputOf<'agents_get_profile'>
type Agent = AgentProfile['agent']

export function AgentPage({ id }: { readonly id: string }): ReactNode {
  const profile = useQuery({
    queryKey: ['agent', id],
    queryFn: ({ signal }) => call('agents_get_profile', { agent_id: id }, signal),
  })
  const [asking, setAsking] = useState(false)
  const agent = profile.data?.agent
  const back = <Back href="/agents" name="Agents" />
  if (profile.error instanceof ApiError && profile.error.status === 404) {
    return (
      <Page title={spelledOut(id)} back={back}>
        <Empty
          icon="bot"
          title="No agent of this name has asked"
          action={<ButtonLink href="/agents">All agents</ButtonLink>}
        />
      </Page>
    )
  }
  const button = agent && (
    <Button
      icon={agent.paused ? 'play' : 'pause'}
      kind={agent.paused ? 'primary' : 'plain'}
      needs="agents:pause"
      onClick={() => setAsking(true)}
    >
      {agent.paused ? 'Resume…' : 'Pause…'}
    </Button>
  )
  return (
    <Page wide title={spelledOut(agent?.agent_name ?? id)} tab={id} back={back} actions={button}>
      <Load of={profile} rows={8}>
        {(data) => <Profile profile={data} />}
      </Load>
      {asking && agent && <PauseDialog agent={agent} onClose={() => setAsking(false)} />}
    </Page>
  )
}

function Profile({ profile: { agent, signals } }: { readonly profile: AgentProfile }): ReactNode {
  const can = useCan()
  return (
    <div className="stack">
      {agent.paused && (
        <p className="note bad">
          <Icon name="pause" />
          <span>
            Paused by {agent.paused_by} <Ago at={agent.paused_at} />
            {agent.pause_reason ? `: “${agent.pause_reason}”` : ''}. Every guard decision of it is a block.
          </span>
        </p>
      )}
      {signals
        .filter(({ type }) => type !== 'agent_paused')
        .map((signal) => (
          <p key={`${signal.type} ${signal.detail}`} className={signal.severity === 'red' ? 'note bad' : 'note warn'}>
            <Icon name="alert" />
            <span>
              <strong>{signal.label}.</strong> {spelledOut(signal.detail)}
            </span>
          </p>
        ))}
      <dl className="facts sheet pad">
        <div>
          <dt>Id</dt>
          <dd>
            <Copyable text={agent.agent_id} label="the id" />
          </dd>
        </div>
        {agent.description && (
          <div>
            <dt>Description</dt>
            <dd>{agent.description}</dd>
          </div>
        )}
        <div>
          <dt>State</dt>
          <dd>
            <Presence agent={agent} />
          </dd>
        </div>
        <div>
          <dt>Actions</dt>
          <dd>{agent.action_count.toLocaleString()}</dd>
        </div>
        {can('tasks:read') && (
          <div>
            <dt>Tasks</dt>
            <dd>
              <Link href={`/tasks?agent_id=${encodeURIComponent(agent.agent_id)}`}>On the board</Link>
            </dd>
          </div>
        )}
        <div>
          <dt>First seen</dt>
          <dd>
            <Ago at={agent.first_seen_at} />
          </dd>
        </div>
        <div>
          <dt>Last heard of</dt>
          <dd>
            <Ago at={agent.last_active} />
          </dd>
        </div>
      </dl>
      <div className="halves">
        {can('guard:read') && <Latest agentId={agent.agent_id} />}
        {can('agents:read') && <Events agentId={agent.agent_id} />}
      </div>
      {can('agents:read') && (
        <>
          <Traffic agentId={agent.agent_id} />
          <AgentCosts agentId={agent.agent_id} />
          <Return agentId={agent.agent_id} />
          <Drift agentId={agent.agent_id} />
          <Versions agentId={agent.agent_id} />
          <Family agentId={agent.agent_id} />
        </>
      )}
    </div>
  )
}

function Latest({ agentId }: { readonly agentId: string }): ReactNode {
  const list = useQuery({
    queryKey: ['decisions', 'of', agentId],
    queryFn: ({ signal }) => call('guard_list_decisions', { agent_id: agentId, limit: 10 }, signal),
  })
  return (
    <section className="sheet" aria-label="Latest decisions">
      <header className="sheet-head">
        <h2>Latest decisions</h2>
        <Link href={`/decisions?agent_id=${encodeURIComponent(agentId)}`}>All of them</Link>
      </header>
      <Load of={list} rows={4}>
        {({ decisions }) =>
          decisions.length === 0 ? (
            <p className="pad muted">It has asked for nothing yet.</p>
          ) : (
            <table className="table">
              <thead className="sr-only">
                <tr>
                  <th>Decision</th>
                  <th>Act</th>
                  <th>Risk</th>
                  <th>When</th>
                </tr>
              </thead>
              <tbody>
                {decisions.map((row) => (
                  <tr key={row.id} className="linked">
                    <td className="tight">
                      <DecisionBadge decision={row.decision} />
                    </td>
                    <th scope="row" className="clip">
                      <Link href={`/decisions/${row.id}`}>{spelledOut(row.declared_goal ?? row.action_type)}</Link>
                    </th>
                    <td className="tight right">
                      <Risk score={row.risk_score} />
                    </td>
                    <td className="tight right muted wide">
                      <Ago at={row.created_at} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          )
        }
      </Load>
    </section>
  )
}

function PauseDialog({ agent, onClose }: { readonly agent: Agent; readonly onClose: () => void }): ReactNode {
  const client = useQueryClient()
  const [reason, setReason] = useState('')
  const change = async (): Promise<void> => {
    if (agent.paused) await call('agents_resume', { agent_id: agent.agent_id })
    else
      await call('agents_pause', {
        agent_id: agent.agent_id,
        ...(reason.trim() === '' ? {} : { reason: reason.trim() }),
      })
    toast(agent.paused ? 'Resumed.' : 'Paused: its next question is answered with a block.')
    await client.invalidateQueries({ queryKey: ['agent', agent.agent_id] })
    void client.invalidateQueries({ queryKey: ['agents'] })
  }
  if (agent.paused) {
    return (
      <Confirm title="Resume this agent?" verb="Resume" kind="primary" onClose={onClose} onConfirm={change}>
        <p>The guard decides about it by the policies again.</p>
      </Confirm>
    )
  }
  return (
    <Confirm title="Pause this agent?" verb="Pause" onClose={onClose} onConfirm={change}>
      <p>
        Every question it asks is answered with a block, and nothing of it can be approved, until somebody resumes it.
      </p>
      <Input
        label="Reason"
        hint="Optional. Told to the agent."
        maxLength={500}
        autoFocus
        value={reason}
        onChange={(event) => setReason(event.target.value)}
      />
    </Confirm>
  )
}
