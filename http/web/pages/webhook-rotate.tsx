import { useQueryClient } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import type { OutputOf } from '../../client/operations.ts'
import { call } from '../api/client.ts'
import { Button } from '../parts/button.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { FormError, submitting } from '../parts/door.tsx'
import { Select } from '../parts/fields.tsx'
import { minuteOf } from '../parts/time.tsx'
import { useAttempt } from '../parts/use-attempt.ts'
import { Told } from './webhook-dialog.tsx'
import type { Webhook } from './webhook-state.tsx'

const OVERLAPS = [
  [0, 'not at all: the former one ends now'],
  [60, '1 hour'],
  [1440, '1 day'],
  [10_080, '7 days'],
] as const

export function RotateDialog({ webhook, onClose }: { readonly webhook: Webhook; readonly onClose: () => void }) {
  const client = useQueryClient()
  const [minutes, setMinutes] = useState(1440)
  const [made, setMade] = useState<OutputOf<'webhooks_rotate_secret'>>()
  const { busy, error, attempt } = useAttempt()
  const rotate = (): Promise<void> =>
    attempt(async () => {
      setMade(await call('webhooks_rotate_secret', { webhook_id: webhook.webhook_id, overlap_minutes: minutes }))
      void client.invalidateQueries({ queryKey: ['webhook'] })
    })
  if (made) {
    const until = made.webhook.previous_secret_until
    return (
      <Told secret={made.secret} title="The new secret of the webhook" onClose={onClose}>
        <p>
          {until === null
            ? 'The former secret signs nothing any more.'
            : `Until ${minuteOf(until)} the former secret signs as well: change the receiver before then.`}
        </p>
      </Told>
    )
  }
  return (
    <Dialog title="Rotate the secret?" onClose={onClose}>
      <form className="form" onSubmit={submitting(rotate)}>
        <FormError error={error} />
        <p>A new secret signs from now on. Meanwhile the former one can sign beside it, so that no call is refused.</p>
        <Select
          label="The former secret signs for"
          hint="Clawmit’s own header has room for one signature: there the new secret signs at once."
          value={minutes}
          onChange={({ target }) => setMinutes(Number(target.value))}
        >
          {OVERLAPS.map(([value, words]) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </Select>
        <div className="actions end">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" busy={busy}>
            Rotate
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

/** Told as long as two secrets sign. */
export function Overlap({ webhook }: { readonly webhook: Webhook }): ReactNode {
  const until = webhook.previous_secret_until
  if (until === null || new Date(until).getTime() <= Date.now()) return 'one secret signs'
  return `the former secret signs as well until ${minuteOf(until)}`
}
