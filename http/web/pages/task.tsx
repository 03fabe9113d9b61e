import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { Link } from 'wouter'
import { ApiError, call } from '../api/client.ts'
import { usePolling } from '../api/live.ts'
import { spelledOut } from '../parts/act.rules.ts'
import { Badge } from '../parts/badges.tsx'
import { Button } from '../parts/button.tsx'
import { Copyable } from '../parts/copy.tsx'
import { Confirm } from '../parts/dialog.tsx'
import { Input } from '../parts/fields.tsx'
import { Icon } from '../parts/icons.tsx'
import { Back, Missing } from '../parts/missing.tsx'
import { Load, Page } from '../parts/page.tsx'
import { Ago, Countdown } from '../parts/time.tsx'
import { toast } from '../parts/toast.tsx'
import { Due, Progress } from './task-cards.tsx'
import { draftOf, TaskDialog } from './task-dialog.tsx'
import { hasEnded, historyOf, PRIORITY_TONE, TONE, triesOf, waitsFor, type Task } from './task.rules.ts'

export function TaskPage({ id }: { readonly id: string }): ReactNode {
  const [asked, ask] = useState<'cancel' | 'again'>()
  const polling = usePolling()
  const query = useQuery({
    queryKey: ['task', id],
    queryFn: ({ signal }) => call('tasks_get', { task_id: id }, signal),
    refetchInterval: polling,
  })
  const task = query.data?.task
  const list = { href: '/tasks', name: 'Tasks' }
  if (query.error instanceof ApiError && query.error.status === 404) {
    return <Missing what="task" {...list} />
  }
  return (
    <Page
      wide
      title={task ? spelledOut(task.title) : 'Task'}
      tab={task?.title ?? 'Task'}
      back={<Back {...list} />}
      actions={task && <Acts task={task} ask={ask} />}
    >
      <Load of={query} rows={8}>
        {(data) => <Detail task={data.task} />}
      </Load>
      {task && asked === 'cancel' && <CancelDialog task={task} onClose={() => ask(undefined)} />}
      {task && asked === 'again' && <TaskDialog given={draftOf(task)} onClose={() => ask(undefined)} />}
    </Page>
  )
}

interface ActsProps {
  readonly task: Task
  readonly ask: (what: 'cancel' | 'again') => void
}

function Acts({ task, ask }: ActsProps): ReactNode {
  return (
    <>
      <Button icon="again" needs="tasks:write" onClick={() => ask('again')}>
        Run again…
      </Button>
      <Button
        kind="danger"
        icon="cross"
        needs="tasks:write"
        blocked={hasEnded(task) && `It is ${task.status}: nothing of it changes any more.`}
        onClick={() => ask('cancel')}
      >
        Cancel…
      </Button>
    </>
  )
}

function Detail({ task }: { readonly task: Task }): ReactNode {
  const waits = waitsFor(task)
  return (
    <div className="stack">
      {waits !== undefined && (
        <p className="note">
          <Icon name="inbox" />
          <span>
            A person has to say yes before it runs. <Link href={`/approvals/${waits}`}>See what is asked</Link>
          </span>
        </p>
      )}
      {task.reason !== null && task.status !== 'cancelled' && (
        <p className={task.status === 'failed' ? 'note bad' : 'note warn'}>
          <Icon name="alert" />
          <span>{spelledOut(task.reason)}</span>
        </p>
      )}
      <div className="split">
        <div className="stack">
          {task.status === 'running' && (task.progress !== null || task.progress_note !== null) && (
            <section className="sheet pad" aria-label="Progress">
              <Progress task={task} />
            </section>
          )}
          {task.description !== null && (
            <section className="sheet" aria-label="Description">
              <header className="sheet-head">
                <h2>Description</h2>
              </header>
              <p className="pad prose">{spelledOut(task.description)}</p>
            </section>
          )}
          <Payload title="Input" value={task.input} none="It was given none." />
          <Payload title="Output" value={task.output} none="Nothing was reported." />
        </div>
        <div className="stack">
          <Facts task={task} />
          <History task={task} />
        </div>
      </div>
    </div>
  )
}

interface PayloadProps {
  readonly title: string
  readonly value: Task['input']
  readonly none: string
}

function Payload({ title, value, none }: PayloadProps): ReactNode {
  return (
    <section className="sheet" aria-label={title}>
      <header className="sheet-head">
        <h2>{title}</h2>
      </header>
      {value === null ? (
        <p className="pad muted">{none}</p>
      ) : (
        <pre className="code payload" tabIndex={0} role="region" aria-label={`${title} as JSON`}>
          {spelledOut(JSON.stringify(value, null, 2))}
        </pre>
      )}
    </section>
  )
}

function Facts({ task }: { readonly task: Task }): ReactNode {
  const rows: readonly (readonly [string, ReactNode])[] = [
    ['Status', <Badge tone={TONE[task.status]}>{task.status}</Badge>],
    ['Priority', <Badge tone={PRIORITY_TONE[task.priority]}>{task.priority}</Badge>],
    [
      'Agent',
      <Link href={`/agents/${encodeURIComponent(task.agent_id)}`}>{spelledOut(task.agent_name ?? task.agent_id)}</Link>,
    ],
    ['Version', task.version_number ?? null],
    ['Attempts', triesOf(task)],
    ['Worker', task.worker !== null && spelledOut(task.worker)],
    ['Lease', task.leased_until !== null && <Countdown until={task.leased_until} />],
    ['Deadline', task.deadline !== null && (hasEnded(task) ? <Ago at={task.deadline} /> : <Due at={task.deadline} />)],
    ['Created by', <code>{task.created_by}</code>],
    ['Id', <Copyable text={task.task_id} label="the id" />],
  ]
  return (
    <section className="sheet" aria-label="Facts">
      <dl className="facts pad">
        {rows
          .filter(([, value]) => value !== null && value !== false)
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
    </section>
  )
}

function History({ task }: { readonly task: Task }): ReactNode {
  return (
    <section className="sheet" aria-label="History">
      <header className="sheet-head">
        <h2>History</h2>
      </header>
      <ol className="history pad">
        {historyOf(task).map(({ what, at, why, href }) => (
          <li key={what}>
            {href === undefined ? spelledOut(what) : <Link href={href}>{what}</Link>}
            {at !== null && (
              <span className="muted">
                {' '}
                <Ago at={at} />
              </span>
            )}
            {why != null && <span className="sub wrap">{spelledOut(why)}</span>}
          </li>
        ))}
      </ol>
    </section>
  )
}

function CancelDialog({ task, onClose }: { readonly task: Task; readonly onClose: () => void }): ReactNode {
  const client = useQueryClient()
  const [reason, setReason] = useState('')
  const cancel = async (): Promise<void> => {
    const why = reason.trim()
    await call('tasks_update', { task_id: task.task_id, status: 'cancelled', ...(why === '' ? {} : { reason: why }) })
    toast('Cancelled. A worker that still has it is told when it reports.')
    await client.invalidateQueries({ queryKey: ['task', task.task_id] })
    void client.invalidateQueries({ queryKey: ['tasks'] })
  }
  return (
    <Confirm title="Cancel this task?" verb="Cancel the task" onClose={onClose} onConfirm={cancel}>
      <p>
        {task.status === 'running'
          ? 'Its worker loses the lease: what it still does is not taken any more.'
          : 'No worker gets it.'}{' '}
        This cannot be taken back; it can be queued again as a new task.
      </p>
      <Input
        label="Reason"
        hint="Optional."
        maxLength={2000}
        value={reason}
        onChange={({ target }) => setReason(target.value)}
      />
    </Confirm>
  )
}
