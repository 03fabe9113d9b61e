import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { call } from '../api/client.ts'
import { spelledOut } from '../parts/act.rules.ts'
import { Badge } from '../parts/badges.tsx'
import { Share } from '../parts/bars.tsx'
import { LoadMore, usePaged } from '../parts/paged.tsx'
import { Empty, Problem, Skeleton } from '../parts/page.tsx'
import { Ago, Countdown, leftOf, minuteOf, useNow } from '../parts/time.tsx'
import { PRIORITY_TONE, TONE, waitsFor, type Status, type Task } from './task.rules.ts'

interface Which {
  readonly status: Status | undefined
  readonly agentId: string | undefined
}

/** A column has room for few, so its pages are short. */
const PER_PAGE = 20

function useTasks({ status, agentId }: Which) {
  const filter = { ...(status ? { status } : {}), ...(agentId === undefined ? {} : { agent_id: agentId }) }
  return usePaged(
    ['tasks', status, agentId],
    (cursor, signal) => call('tasks_list', { ...filter, limit: PER_PAGE, ...(cursor ? { cursor } : {}) }, signal),
    (page) => page.tasks,
  )
}

export function TaskColumn({ status, agentId }: { readonly status: Status; readonly agentId: string | undefined }) {
  const list = useTasks({ status, agentId })
  const count = list.rows?.length ?? 0
  return (
    <section className={`board-column ${TONE[status]}`} aria-label={status}>
      <header>
        <h2>{status}</h2>
        {list.rows && (
          <span className="muted number">
            {count}
            {list.hasNextPage && '+'}
          </span>
        )}
      </header>
      {list.error && !list.data ? <Problem error={list.error} retry={() => void list.refetch()} /> : null}
      {list.isPending && <Skeleton rows={3} tall />}
      {list.rows && count === 0 && <p className="board-none muted">None is {status}.</p>}
      {count > 0 && <Cards tasks={list.rows ?? []} />}
      <LoadMore of={list} />
    </section>
  )
}

/** One list for a narrow window. */
export function TaskRows({ status, agentId }: Which): ReactNode {
  const list = useTasks({ status, agentId })
  return (
    <>
      {list.error && !list.data ? <Problem error={list.error} retry={() => void list.refetch()} /> : null}
      {list.isPending && <Skeleton rows={6} tall />}
      {list.rows?.length === 0 && <Empty icon="board" title={status ? `No task is ${status}` : 'No task yet'} />}
      {list.rows && list.rows.length > 0 && <Cards tasks={list.rows} told />}
      <LoadMore of={list} />
    </>
  )
}

function Cards({ tasks, told = false }: { readonly tasks: readonly Task[]; readonly told?: boolean }): ReactNode {
  return (
    <ul className="task-cards">
      {tasks.map((task) => (
        <li key={task.task_id} className="task-card linked">
          <p className="task-title">
            <Link href={`/tasks/${encodeURIComponent(task.task_id)}`}>{spelledOut(task.title)}</Link>
          </p>
          <p className="task-who muted">
            <span className="task-agent">{spelledOut(task.agent_name ?? task.agent_id)}</span>
            {task.version_number != null && <span className="number">version {task.version_number}</span>}
          </p>
          <Marks task={task} told={told} />
          {task.status === 'running' && <Progress task={task} />}
          <p className="task-when muted number">
            <When task={task} />
          </p>
        </li>
      ))}
    </ul>
  )
}

function Marks({ task, told }: { readonly task: Task; readonly told: boolean }): ReactNode {
  const { priority, attempts, max_attempts: most } = task
  const marks = [
    told && (
      <Badge key="status" tone={TONE[task.status]}>
        {task.status}
      </Badge>
    ),
    priority !== 'medium' && (
      <Badge key="priority" tone={PRIORITY_TONE[priority]}>
        {priority}
      </Badge>
    ),
    waitsFor(task) !== undefined && (
      <Badge key="waits" tone="ask">
        waits for approval
      </Badge>
    ),
    attempts > 1 && (
      <Badge key="tries" tone={attempts === most ? 'warn' : 'plain'}>
        attempt {attempts} of {most}
      </Badge>
    ),
  ].filter(Boolean)
  return marks.length === 0 ? null : <p className="task-marks">{marks}</p>
}

export function Progress({ task: { progress, progress_note: note } }: { readonly task: Task }): ReactNode {
  if (progress === null && note === null) return null
  return (
    <div className="task-progress">
      {progress !== null && <Share of={progress / 100} words={`${progress}%`} />}
      {note !== null && <span className="sub">{spelledOut(note)}</span>}
    </div>
  )
}

/** The time that matters most in its status. */
function When({ task }: { readonly task: Task }): ReactNode {
  if (task.completed_at !== null) return <Ago at={task.completed_at} />
  return (
    <>
      {task.leased_until === null ? (
        <span>
          queued <Ago at={task.created_at} />
        </span>
      ) : (
        <span>
          lease <Countdown until={task.leased_until} />
        </span>
      )}
      {task.deadline !== null && <Due at={task.deadline} />}
    </>
  )
}

export function Due({ at }: { readonly at: string }): ReactNode {
  const left = new Date(at).getTime() - useNow()
  return (
    <time dateTime={at} title={`To be done by ${minuteOf(at)}`} className={left < 3_600_000 ? 'due soon' : 'due'}>
      {left <= 0 ? 'overdue' : `due in ${leftOf(left)}`}
    </time>
  )
}
