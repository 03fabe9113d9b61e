import { useState, type ReactNode } from 'react'
import { useSearchParams } from 'wouter'
import { AgentPicker } from '../parts/agent-picker.tsx'
import { Button } from '../parts/button.tsx'
import { Page } from '../parts/page.tsx'
import { useNarrow } from '../parts/use-narrow.ts'
import { useSettled } from '../parts/use-settled.ts'
import { TaskColumn, TaskRows } from './task-cards.tsx'
import { TaskDialog } from './task-dialog.tsx'
import { STATUSES, type Status } from './task.rules.ts'

export function Tasks(): ReactNode {
  const [params, setParams] = useSearchParams()
  const narrow = useNarrow()
  const [making, setMaking] = useState(false)
  const set = (name: string, value: string): void =>
    setParams(
      (before) => {
        if (value === '') before.delete(name)
        else before.set(name, value)
        return before
      },
      { replace: true },
    )
  const typed = params.get('agent_id') ?? ''
  const agentId = useSettled(typed.trim()) || undefined
  const status = STATUSES.find((one) => one === params.get('status'))
  return (
    <Page
      wide
      title="Tasks"
      lead="Work that is queued for agents: the most urgent goes first, then the oldest. The newest are shown on top."
      actions={
        <Button kind="primary" icon="plus" needs="tasks:write" onClick={() => setMaking(true)}>
          New task
        </Button>
      }
    >
      <search className="filters">
        <AgentPicker
          type="search"
          placeholder="Agent"
          aria-label="Agent, by its id"
          value={typed}
          onPick={(value) => set('agent_id', value)}
        />
        {narrow && <StatusFilter value={status} onChange={(value) => set('status', value)} />}
      </search>
      {narrow ? (
        <TaskRows status={status} agentId={agentId} />
      ) : (
        <div className="board" role="region" aria-label="Board" tabIndex={0}>
          {STATUSES.map((one) => (
            <TaskColumn key={one} status={one} agentId={agentId} />
          ))}
        </div>
      )}
      {making && (
        <TaskDialog given={agentId === undefined ? {} : { agent_id: agentId }} onClose={() => setMaking(false)} />
      )}
    </Page>
  )
}

interface StatusFilterProps {
  readonly value: Status | undefined
  readonly onChange: (value: string) => void
}

function StatusFilter({ value, onChange }: StatusFilterProps): ReactNode {
  return (
    <select className="input" aria-label="Status" value={value ?? ''} onChange={({ target }) => onChange(target.value)}>
      <option value="">Every status</option>
      {STATUSES.map((one) => (
        <option key={one}>{one}</option>
      ))}
    </select>
  )
}
