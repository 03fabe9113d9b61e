import { useQueryClient } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { call, problemAt } from '../api/client.ts'
import { Button } from '../parts/button.tsx'
import { Secret } from '../parts/copy.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { FormError, submitting } from '../parts/door.tsx'
import { Input, Select, Textarea } from '../parts/fields.tsx'
import { toast } from '../parts/toast.tsx'
import { useAttempt } from '../parts/use-attempt.ts'
import type { Webhook } from './webhook-state.tsx'

const FORMATS = [
  ['writ', 'Writ: {event, timestamp, data}'],
  ['clawmit', 'Clawmit: the names of its document'],
] as const

interface WebhookDialogProps {
  /** The one to change; without it a new one is made. */
  readonly webhook?: Webhook
  readonly onClose: () => void
}

export function WebhookDialog({ webhook, onClose }: WebhookDialogProps): ReactNode {
  const client = useQueryClient()
  const [url, setUrl] = useState(webhook?.url ?? '')
  const [events, setEvents] = useState(webhook?.events.join('\n') ?? '')
  const [description, setDescription] = useState(webhook?.description ?? '')
  const [format, setFormat] = useState<Webhook['format']>('writ')
  const [secret, setSecret] = useState<string | null>(null)
  const { busy, error, attempt } = useAttempt()
  const save = (): Promise<void> =>
    attempt(async () => {
      const words = { url: url.trim(), events: events.split(/[\s,]+/).filter(Boolean), description: description.trim() }
      if (webhook) {
        await call('webhooks_update', { webhook_id: webhook.webhook_id, ...words })
        toast('Saved.')
      } else setSecret((await call('webhooks_create', { ...words, format })).secret)
      void client.invalidateQueries({ queryKey: ['webhooks'] })
      await client.invalidateQueries({ queryKey: ['webhook'] })
      if (webhook) onClose()
    })
  if (secret !== null) return <Told secret={secret} title="The secret of the webhook" onClose={onClose} />
  const at = { url: problemAt(error, 'url'), events: problemAt(error, 'events') }
  return (
    <Dialog title={webhook ? 'Edit the webhook' : 'New webhook'} onClose={onClose}>
      <form className="form" onSubmit={submitting(save)}>
        <FormError error={at.url === undefined && at.events === undefined ? error : null} />
        <Input
          label="URL"
          type="url"
          placeholder="https://example.com/hook"
          hint="https, at a public address. It is called by this server."
          required
          maxLength={2048}
          value={url}
          error={at.url}
          onChange={({ target }) => setUrl(target.value)}
        />
        <Textarea
          label="Events"
          hint="One a line: a name as task.completed, a whole domain as agent.*, or * for all."
          required
          rows={3}
          spellCheck={false}
          value={events}
          error={at.events}
          onChange={({ target }) => setEvents(target.value)}
        />
        <Input
          label="Description"
          hint="Optional. What listens there."
          maxLength={500}
          value={description}
          onChange={({ target }) => setDescription(target.value)}
        />
        {!webhook && <FormatSelect value={format} onChange={setFormat} />}
        <div className="actions end">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" busy={busy}>
            {webhook ? 'Save' : 'Create the webhook'}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

interface FormatProps {
  readonly value: Webhook['format']
  readonly onChange: (format: Webhook['format']) => void
}

function FormatSelect({ value, onChange }: FormatProps): ReactNode {
  return (
    <Select
      label="Bodies"
      value={value}
      onChange={({ target }) => onChange(FORMATS.find(([one]) => one === target.value)?.[0] ?? 'writ')}
    >
      {FORMATS.map(([one, words]) => (
        <option key={one} value={one}>
          {words}
        </option>
      ))}
    </Select>
  )
}

interface ToldProps {
  readonly secret: string
  readonly title: string
  readonly children?: ReactNode
  readonly onClose: () => void
}

/** A secret of a webhook, the one time it is shown. */
export function Told({ secret, title, children, onClose }: ToldProps): ReactNode {
  return (
    <Dialog
      sticky
      title={title}
      onClose={onClose}
      footer={
        <Button kind="primary" onClick={onClose}>
          I have kept it
        </Button>
      }
    >
      <p>
        It is shown this once. The receiver checks the header <code>webhook-signature</code> of every call with it, by
        any library of Standard Webhooks.
      </p>
      <Secret text={secret} label="The secret of the webhook" />
      {children}
    </Dialog>
  )
}
