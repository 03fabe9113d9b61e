import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import type { OutputOf } from '../../client/operations.ts'
import { call } from '../api/client.ts'
import { personRoles, roleWords, type PersonRole } from '../api/roles.ts'
import { useSession } from '../api/session.ts'
import { Badge } from '../parts/badges.tsx'
import { Button } from '../parts/button.tsx'
import { Secret } from '../parts/copy.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { FormError, submitting } from '../parts/door.tsx'
import { Input, Select } from '../parts/fields.tsx'
import { Load } from '../parts/page.tsx'
import { minuteOf, useNow } from '../parts/time.tsx'
import { toast, toastError } from '../parts/toast.tsx'
import { useAttempt } from '../parts/use-attempt.ts'

/** Those that can still be used; what was accepted is a member, what ended is on the record. */
export function Invitations(): ReactNode {
  const client = useQueryClient()
  const now = useNow()
  const list = useQuery({
    queryKey: ['invitations'],
    queryFn: ({ signal }) => call('members_list_invitations', { limit: 100 }, signal),
  })
  const revoke = async (id: string): Promise<void> => {
    try {
      await call('members_revoke_invitation', { id })
      toast('The invitation no longer works.')
    } catch (error) {
      toastError(error)
    }
    await client.invalidateQueries({ queryKey: ['invitations'] })
  }
  return (
    <section className="sheet" aria-label="Open invitations">
      <header className="sheet-head">
        <h2>Open invitations</h2>
      </header>
      <Load of={list} rows={2}>
        {({ invitations }) => {
          const open = invitations.filter(
            (one) => !one.accepted_at && !one.revoked_at && Date.parse(one.expires_at) > now,
          )
          if (open.length === 0) return <p className="pad muted">None. Invite somebody: you get a link to send.</p>
          return (
            <ul className="rows">
              {open.map((one) => (
                <li key={one.id}>
                  <span className="grow">{one.email ?? 'Whoever has the link'}</span>
                  <Badge>{one.role}</Badge>
                  <span className="muted wide">until {minuteOf(one.expires_at)}</span>
                  <Button
                    kind="quiet"
                    needs="members:write"
                    aria-label={`Revoke the invitation of ${one.email ?? 'whoever has the link'}`}
                    onClick={() => void revoke(one.id)}
                  >
                    Revoke
                  </Button>
                </li>
              ))}
            </ul>
          )
        }}
      </Load>
    </section>
  )
}

type Made = OutputOf<'members_invite'>

export function InviteDialog({ onClose }: { readonly onClose: () => void }): ReactNode {
  const { role: own } = useSession()
  const client = useQueryClient()
  const [email, setEmail] = useState('')
  const [role, setRole] = useState<PersonRole>('approver')
  const [made, setMade] = useState<Made | null>(null)
  const { busy, error, attempt } = useAttempt()
  const invite = (): Promise<void> =>
    attempt(async () => {
      setMade(await call('members_invite', { role, ...(email.trim() === '' ? {} : { email: email.trim() }) }))
      void client.invalidateQueries({ queryKey: ['invitations'] })
    })
  if (made) return <LinkDialog made={made} onClose={onClose} />
  return (
    <Dialog title="Invite somebody" onClose={onClose}>
      <form className="form" onSubmit={submitting(invite)}>
        <FormError error={error} />
        <Input
          label="E-mail"
          type="email"
          autoFocus
          hint="Optional. With it only this address can accept."
          value={email}
          onChange={(event) => setEmail(event.target.value)}
        />
        <Select
          label="Role"
          hint={`They may ${roleWords[role]}.`}
          value={role}
          onChange={(event) => setRole(personRoles.find((one) => one === event.target.value) ?? 'member')}
        >
          {personRoles
            .filter((one) => one !== 'owner' || own === 'owner')
            .map((one) => (
              <option key={one}>{one}</option>
            ))}
        </Select>
        <div className="actions end">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" busy={busy}>
            Make the link
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

function LinkDialog({ made, onClose }: { readonly made: Made; readonly onClose: () => void }): ReactNode {
  const link = new URL(made.path, location.origin).href
  return (
    <Dialog
      sticky
      title="Send this link"
      onClose={onClose}
      footer={
        <Button kind="primary" onClick={onClose}>
          Done
        </Button>
      }
    >
      <p>
        It makes {made.invitation.email ?? 'whoever opens it first'} {made.invitation.role} of this organization, works
        once, and until {minuteOf(made.invitation.expires_at)}. It is shown this once.
      </p>
      <Secret text={link} label="The invitation link" />
    </Dialog>
  )
}
