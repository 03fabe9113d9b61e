import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { call, request } from '../api/client.ts'
import type { SettingDefinition } from '../api/people.ts'
import { useCan, useSession } from '../api/session.ts'
import { Button } from '../parts/button.tsx'
import { FormError, submitting } from '../parts/door.tsx'
import { Check, Input, Select } from '../parts/fields.tsx'
import { Load, Page } from '../parts/page.tsx'
import { toast } from '../parts/toast.tsx'
import { useAttempt } from '../parts/use-attempt.ts'

type Values = Readonly<Record<string, unknown>>

interface Shown {
  readonly settings: Values
  readonly definitions: readonly SettingDefinition[]
}

export function Settings(): ReactNode {
  const settings = useQuery({
    queryKey: ['settings'],
    queryFn: ({ signal }) => call('settings_get', {}, signal) as Promise<Shown>,
  })
  return (
    <Page title="Settings" lead="Of this organization. What you change applies to the next decision.">
      <Load of={settings} rows={8}>
        {(data) => <Form key={JSON.stringify(data.settings)} shown={data} />}
      </Load>
    </Page>
  )
}

function Form({ shown }: { readonly shown: Shown }): ReactNode {
  const can = useCan()
  const { role } = useSession()
  const client = useQueryClient()
  const [changed, setChanged] = useState<Values>({})
  const { busy, error, attempt } = useAttempt()
  const count = Object.keys(changed).length
  const save = (): Promise<void> =>
    attempt(async () => {
      const saved = await request<Shown>('PATCH', '/api/settings', { body: { settings: changed } })
      client.setQueryData<Shown>(['settings'], (before) => before && { ...before, settings: saved.settings })
      setChanged({})
      toast('Saved.')
    })
  const set = (key: string, value: unknown): void => {
    setChanged((before) => {
      const { [key]: _, ...rest } = before
      return value === shown.settings[key] ? rest : { ...rest, [key]: value }
    })
  }
  return (
    <form onSubmit={submitting(save)}>
      <div className="sheet settings">
        {shown.definitions.map((one) => (
          <Setting
            key={one.key}
            definition={one}
            value={one.key in changed ? changed[one.key] : shown.settings[one.key]}
            stored={shown.settings[one.key]}
            locked={!can('settings:write') || (one.role === 'owner' && role !== 'owner')}
            set={(value) => set(one.key, value)}
          />
        ))}
      </div>
      <div className="save-bar">
        <FormError error={error} />
        {count > 0 && <Button onClick={() => setChanged({})}>Discard</Button>}
        <Button
          type="submit"
          kind="primary"
          busy={busy}
          needs="settings:write"
          blocked={count === 0 && 'Nothing is changed.'}
        >
          Save
        </Button>
      </div>
    </form>
  )
}

interface SettingProps {
  readonly definition: SettingDefinition
  readonly value: unknown
  readonly stored: unknown
  readonly locked: boolean
  readonly set: (value: unknown) => void
}

function Setting({ definition: one, value, stored, locked, set }: SettingProps): ReactNode {
  const label = one.unit === null ? one.label : `${one.label} (${one.unit})`
  const common = { label, hint: one.description || undefined, disabled: locked }
  const text = typeof value === 'string' || typeof value === 'number' ? String(value) : ''
  const orNull = (typed: string): string | null => (typed === '' ? null : typed)
  switch (one.kind) {
    case 'boolean':
      return <Check {...common} checked={value === true} onChange={set} />
    case 'enum':
      return (
        <Select {...common} value={text} onChange={(event) => set(orNull(event.target.value))}>
          {one.default === null && <option value="">not set</option>}
          {one.options?.map((option) => (
            <option key={option}>{option}</option>
          ))}
        </Select>
      )
    case 'integer':
      return (
        <Input
          {...common}
          type="number"
          min={one.min}
          max={one.max}
          required
          value={text}
          onChange={(event) => set(event.target.valueAsNumber)}
        />
      )
    case 'number':
      return (
        <Input
          {...common}
          type="number"
          step="any"
          min={one.min}
          max={one.max}
          placeholder={one.default === null ? 'not set' : undefined}
          value={text}
          onChange={({ target }) => set(target.value === '' ? null : target.valueAsNumber)}
        />
      )
    case 'list':
      return <ListSetting common={common} value={value} set={set} />
    case 'secret':
      return (
        <Input
          {...common}
          type="password"
          autoComplete="off"
          placeholder={typeof stored === 'string' ? stored : 'not set'}
          value={value === stored ? '' : text}
          onChange={(event) => set(event.target.value === '' ? stored : event.target.value)}
        />
      )
    case 'text':
      return (
        <Input {...common} value={text} maxLength={one.max} onChange={(event) => set(orNull(event.target.value))} />
      )
  }
}

interface ListProps {
  readonly common: { readonly label: string; readonly hint: string | undefined; readonly disabled: boolean }
  readonly value: unknown
  readonly set: (value: unknown) => void
}

/** One line of text, parted by commas when it is left: a comma that is being typed must not vanish. */
function ListSetting({ common, value, set }: ListProps): ReactNode {
  const [text, setText] = useState(Array.isArray(value) ? value.join(', ') : '')
  const leave = (): void => set(text.split(',').flatMap((part) => part.trim() || []))
  return <Input {...common} value={text} onChange={(event) => setText(event.target.value)} onBlur={leave} />
}
