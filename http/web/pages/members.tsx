import { useQueryClient } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { personRoles, type PersonRole } from '../api/roles.ts'
import type { OutputOf } from '../../client/operations.ts'
import { call } from '../api/client.ts'
import { useCan, useSession } from '../api/session.ts'
import { Badge } from '../parts/badges.tsx'
import { Button } from '../parts/button.tsx'
import { Confirm } from '../parts/dialog.tsx'
import { LoadMore, usePaged } from '../parts/paged.tsx'
import { Page, Problem, Skeleton } from '../parts/page.tsx'
import { Ago } from '../parts/time.tsx'
import { toast, toastError } from '../parts/toast.tsx'
import { Invitations, InviteDialog } from './invitations.tsx'

type Member = OutputOf<'members_list'>['members'][number]

export function Members(): ReactNode {
  const [inviting, setInviting] = useState(false)
  const list = usePaged(
    ['members'],
    (cursor, signal) => call('members_list', { limit: 50, ...(cursor ? { cursor } : {}) }, signal),
    (page) => page.members,
  )
  return (
    <Page
      title="Members"
      lead="People who may sign in to this organization, and what each may do."
      actions={
        <Button kind="primary" icon="plus" needs="members:write" onClick={() => setInviting(true)}>
          Invite
        </Button>
      }
    >
      <div className="stack">
        <section className="sheet" aria-label="Members">
          {list.error && !list.data ? <Problem error={list.error} retry={() => void list.refetch()} /> : null}
          {list.isPending && <Skeleton rows={4} />}
          {list.rows && <MemberTable members={list.rows} />}
          <LoadMore of={list} />
        </section>
        <Invitations />
      </div>
      {inviting && <InviteDialog onClose={() => setInviting(false)} />}
    </Page>
  )
}

function MemberTable({ members }: { readonly members: readonly Member[] }): ReactNode {
  const { user } = useSession()
  const [removing, setRemoving] = useState<Member | null>(null)
  return (
    <>
      <table className="table">
        <thead>
          <tr>
            <th>Person</th>
            <th className="wide">Second factor</th>
            <th className="wide">Since</th>
            <th>Role</th>
            <th>
              <span className="sr-only">Acts</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {members.map((member) => (
            <tr key={member.account_id}>
              <th scope="row" className="clip">
                {member.name} {member.account_id === user.id && <span className="muted">(you)</span>}
                <span className="sub">{member.email}</span>
              </th>
              <td className="tight wide">
                {member.second_factor ? <Badge tone="good">on</Badge> : <Badge>off</Badge>}
              </td>
              <td className="tight wide muted">
                <Ago at={member.created_at} />
              </td>
              <td className="tight">
                <RoleOf member={member} />
              </td>
              <td className="tight right">
                <Button
                  kind="quiet"
                  icon="cross"
                  needs="members:write"
                  label={`Remove ${member.name}`}
                  onClick={() => setRemoving(member)}
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {removing && <RemoveMember member={removing} onClose={() => setRemoving(null)} />}
    </>
  )
}

function RoleOf({ member }: { readonly member: Member }): ReactNode {
  const can = useCan()
  const { role: own } = useSession()
  const client = useQueryClient()
  const [busy, setBusy] = useState(false)
  const change = async (role: PersonRole): Promise<void> => {
    setBusy(true)
    try {
      await call('members_update', { account_id: member.account_id, role })
      toast(`${member.name} is ${role} now.`)
    } catch (error) {
      toastError(error)
    } finally {
      await client.invalidateQueries({ queryKey: ['members'] })
      setBusy(false)
    }
  }
  // Only an owner makes or unmakes an owner.
  const locked = !can('members:write') || (member.role === 'owner' && own !== 'owner')
  if (locked) return <Badge>{member.role}</Badge>
  return (
    <select
      className="input narrow"
      aria-label={`Role of ${member.name}`}
      value={member.role}
      disabled={busy}
      onChange={(event) => {
        const role = personRoles.find((one) => one === event.target.value)
        if (role) void change(role)
      }}
    >
      {personRoles
        .filter((role) => role !== 'owner' || own === 'owner')
        .map((role) => (
          <option key={role}>{role}</option>
        ))}
    </select>
  )
}

function RemoveMember({ member, onClose }: { readonly member: Member; readonly onClose: () => void }): ReactNode {
  const client = useQueryClient()
  return (
    <Confirm
      title={`Remove ${member.name}?`}
      verb="Remove"
      onClose={onClose}
      onConfirm={async () => {
        await call('members_remove', { account_id: member.account_id })
        toast(`${member.name} was removed.`)
        await client.invalidateQueries({ queryKey: ['members'] })
      }}
    >
      <p>
        Their sessions in this organization end at once, and what they allowed applications to do ends with them. What
        they did stays on the record.
      </p>
    </Confirm>
  )
}
