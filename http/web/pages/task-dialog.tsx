import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { useLocation } from 'wouter'
import { ApiError, call, isRecord, problemAt } from '../api/client.ts'
import { AgentPicker } from '../parts/agent-picker.tsx'
import { Button } from '../parts/button.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { FormError, submitting } from '../parts/door.tsx'
import { CodeArea, Field, Input, Select, Textarea } from '../parts/fields.tsx'
import { toast } from '../parts/toast.tsx'
import { useAttempt } from '../parts/use-attempt.ts'
import { useSettled } from '../parts/use-settled.ts'
import { PRIORITIES, type Task } from './task.rules.ts'

/** As the fields hold it; `input` as JSON text, `deadline` as the browser's own field has it. */
interface Draft {
  readonly agent_id: string
  readonly version_id: string
  readonly title: string
  readonly description: string
  readonly priority: Task['priority']
  readonly input: string
  readonly deadline: string
  readonly max_attempts: string
}

const EMPTY: Draft = {
  agent_id: '',
  version_id: '',
  title: '',
  description: '',
  priority: 'medium',
  input: '',
  deadline: '',
  max_attempts: '3',
}

interface TaskDialogProps {
  readonly given: Partial<Draft>
  readonly onClose: () => void
}

/** The same work once more: a task that ended stays as it is. */
export const draftOf = (task: Task): Partial<Draft> => ({
  agent_id: task.agent_id,
  title: task.title,
  description: task.description ?? '',
  priority: task.priority,
  input: task.input === null ? '' : JSON.stringify(task.input, null, 2),
  max_attempts: String(task.max_attempts),
})

export function TaskDialog({ given, onClose }: TaskDialogProps): ReactNode {
  const client = useQueryClient()
  const [, go] = useLocation()
  const [draft, setDraft] = useState<Draft>({ ...EMPTY, ...given })
  const { busy, error, attempt } = useAttempt()
  const create = (): Promise<void> =>
    attempt(async () => {
      const { task } = await call('tasks_create', inputOf(draft))
      toast('Queued. The agent gets it when it asks for its next task.')
      void client.invalidateQueries({ queryKey: ['tasks'] })
      onClose()
      go(`/tasks/${encodeURIComponent(task.task_id)}`)
    })
  const atField = fields.some((field) => problemOf(error, field) !== undefined)
  return (
    <Dialog title="New task" onClose={onClose}>
      <form className="form" onSubmit={submitting(create)}>
        <FormError error={atField ? null : error} />
        <Fields draft={draft} error={error} onChange={(change) => setDraft({ ...draft, ...change })} />
        <div className="actions end">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" busy={busy}>
            Queue the task
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

const fields = ['agent_id', 'version_id', 'title', 'description', 'input', 'deadline', 'max_attempts'] as const

function problemOf(error: unknown, field: (typeof fields)[number]): string | undefined {
  if (error instanceof NotAnObject) return field === 'input' ? error.message : undefined
  if (field === 'agent_id' && error instanceof ApiError && error.status === 404) return error.message
  return problemAt(error, field)
}

class NotAnObject extends Error {
  override readonly name = 'NotAnObject'
}

function inputOf(draft: Draft) {
  const { title, priority, description, version_id, deadline } = draft
  const input = draft.input.trim() === '' ? undefined : objectOf(draft.input)
  return {
    agent_id: draft.agent_id.trim(),
    title: title.trim(),
    priority,
    max_attempts: Number(draft.max_attempts),
    ...(description.trim() === '' ? {} : { description: description.trim() }),
    ...(version_id === '' ? {} : { version_id }),
    ...(input === undefined ? {} : { input }),
    ...(deadline === '' ? {} : { deadline: new Date(deadline).toISOString() }),
  }
}

function objectOf(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    if (isRecord(value)) return value
  } catch {
    // Told below, as every other text that is no object.
  }
  throw new NotAnObject('must be a JSON object, as {"file": "report.csv"}')
}

interface FieldsProps {
  readonly draft: Draft
  readonly error: unknown
  readonly onChange: (change: Partial<Draft>) => void
}

function Fields({ draft, error, onChange }: FieldsProps): ReactNode {
  return (
    <>
      <Field label="Agent" error={problemOf(error, 'agent_id')}>
        {(wiring) => (
          <AgentPicker
            {...wiring}
            required
            value={draft.agent_id}
            onPick={(agent_id) => onChange({ agent_id, version_id: '' })}
          />
        )}
      </Field>
      <Input
        label="Title"
        required
        maxLength={256}
        value={draft.title}
        error={problemOf(error, 'title')}
        onChange={({ target }) => onChange({ title: target.value })}
      />
      <Textarea
        label="Description"
        hint="Optional."
        maxLength={10_000}
        value={draft.description}
        error={problemOf(error, 'description')}
        onChange={({ target }) => onChange({ description: target.value })}
      />
      <div className="field-row">
        <Select
          label="Priority"
          value={draft.priority}
          onChange={({ target }) => onChange({ priority: PRIORITIES.find((one) => one === target.value) ?? 'medium' })}
        >
          {PRIORITIES.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </Select>
        <Version draft={draft} error={error} onChange={onChange} />
      </div>
      <div className="field-row">
        <Input
          label="Deadline"
          type="datetime-local"
          hint="Optional. It fails when it has not ended by then."
          value={draft.deadline}
          error={problemOf(error, 'deadline')}
          onChange={({ target }) => onChange({ deadline: target.value })}
        />
        <Input
          label="Attempts"
          type="number"
          hint="Starts, after which it fails."
          required
          min={1}
          max={100}
          value={draft.max_attempts}
          error={problemOf(error, 'max_attempts')}
          onChange={({ target }) => onChange({ max_attempts: target.value })}
        />
      </div>
      <CodeArea
        label="Input"
        hint="Optional. A JSON object; secrets in it are replaced before it is kept."
        rows={4}
        value={draft.input}
        error={problemOf(error, 'input')}
        onChange={({ target }) => onChange({ input: target.value })}
      />
    </>
  )
}

function Version({ draft, error, onChange }: FieldsProps): ReactNode {
  const agentId = useSettled(draft.agent_id.trim())
  const { data } = useQuery({
    queryKey: ['agent', agentId, 'versions'],
    queryFn: ({ signal }) => call('agent_versions_list', { agent_id: agentId, limit: 50 }, signal),
    enabled: agentId !== '',
    retry: false,
  })
  return (
    <Select
      label="Version"
      value={draft.version_id}
      error={problemOf(error, 'version_id')}
      onChange={({ target }) => onChange({ version_id: target.value })}
    >
      <option value="">by the shares of traffic</option>
      {data?.versions.map((one) => (
        <option key={one.version_id} value={one.version_id}>
          version {one.version_number}
        </option>
      ))}
    </Select>
  )
}
