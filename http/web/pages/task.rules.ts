import type { OutputOf } from '../../client/operations.ts'
import type { Tone } from '../parts/badges.tsx'

export type Task = OutputOf<'tasks_list'>['tasks'][number]
export type Status = Task['status']

export const STATUSES = ['queued', 'running', 'completed', 'failed', 'cancelled'] as const satisfies readonly Status[]
export const PRIORITIES = ['urgent', 'high', 'medium', 'low'] as const satisfies readonly Task['priority'][]

export const TONE: Readonly<Record<Status, Tone>> = {
  queued: 'plain',
  running: 'ask',
  completed: 'good',
  failed: 'bad',
  cancelled: 'plain',
}

export const PRIORITY_TONE: Readonly<Record<Task['priority'], Tone>> = {
  urgent: 'bad',
  high: 'warn',
  medium: 'plain',
  low: 'plain',
}

export const hasEnded = ({ completed_at: at }: Task): boolean => at !== null

/** Undefined where nobody has to say yes before it runs. */
export const waitsFor = ({ status, approval }: Task): string | undefined =>
  status === 'queued' && approval?.state === 'pending' ? approval.action_id : undefined

export const triesOf = ({ attempts, max_attempts: most }: Task): string =>
  attempts === 0 ? `${most} attempts at most` : `attempt ${attempts} of ${most}`

export interface Step {
  readonly what: string
  readonly at: string | null
  /** More words about it, which somebody else wrote. */
  readonly why?: string | null
  readonly href?: string
}

const ASKED: Readonly<Record<NonNullable<NonNullable<Task['approval']>['state']>, string>> = {
  pending: 'A person is asked whether it may run',
  approved: 'A person said that it may run',
  denied: 'A person said that it may not run',
  expired: 'A person was asked, and nobody answered in time',
  withdrawn: 'A person was asked, and the question was withdrawn',
}

/** What is known of the way of a task, oldest first. */
export function historyOf(task: Task): readonly Step[] {
  const steps: Step[] = [{ what: 'Queued', at: task.created_at }]
  const { approval } = task
  if (approval) steps.push({ what: ASKED[approval.state], at: null, href: `/approvals/${approval.action_id}` })
  if (task.started_at !== null) {
    const href = task.decision_id === null ? {} : { href: `/decisions/${task.decision_id}` }
    steps.push({ what: 'Started for the first time', at: task.started_at, ...href })
  }
  if (task.attempts > 1) steps.push({ what: `Started ${task.attempts} times so far`, at: null })
  if (task.status === 'queued' && task.attempts > 0) {
    steps.push({ what: 'Went back to the queue', at: task.updated_at, why: task.reason })
  }
  if (task.status === 'running') steps.push({ what: `Runs with ${task.worker ?? 'nobody'}`, at: null })
  if (hasEnded(task)) steps.push({ what: ENDED[task.status], at: task.completed_at, why: task.reason })
  return steps
}

const ENDED: Readonly<Record<Status, string>> = {
  queued: '',
  running: '',
  completed: 'Completed',
  failed: 'Failed',
  cancelled: 'Cancelled',
}
