export const TASK_STATUSES = ['queued', 'running', 'completed', 'failed', 'cancelled'] as const
export type TaskStatus = (typeof TASK_STATUSES)[number]

export const PRIORITIES = ['low', 'medium', 'high', 'urgent'] as const
export type Priority = (typeof PRIORITIES)[number]

/** Where a caller may lead a task from each status. */
const NEXT: Readonly<Record<TaskStatus, readonly TaskStatus[]>> = {
  queued: ['running', 'cancelled'],
  running: ['completed', 'failed', 'cancelled'],
  completed: [],
  failed: [],
  cancelled: [],
}

export function mayFollow(from: TaskStatus, to: TaskStatus): boolean {
  return NEXT[from].includes(to)
}

/** The sentence of the refusal: what is not possible, and what is. */
export function refusalOf(from: TaskStatus, to: TaskStatus): string {
  const allowed = NEXT[from]
  const may = allowed.length === 0 ? 'nothing follows on it' : `it can become ${allowed.join(', ')}`
  return `The task is ${from} and cannot become ${to}: ${may}.`
}

export const allowedAfter = (from: TaskStatus): readonly TaskStatus[] => NEXT[from]

/** What becomes of a task that its worker gave up or lost. */
export function afterAttempt(attempts: number, maxAttempts: number): 'queued' | 'failed' {
  return attempts < maxAttempts ? 'queued' : 'failed'
}
