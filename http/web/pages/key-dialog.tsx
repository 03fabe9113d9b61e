import { useQueryClient } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { call } from '../api/client.ts'
import { Button } from '../parts/button.tsx'
import { Secret } from '../parts/copy.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { FormError, submitting } from '../parts/door.tsx'
import { Input, Select } from '../parts/fields.tsx'
import { useAttempt } from '../parts/use-attempt.ts'

const ROLES = [
  ['member', 'member: ask, record and report, as an agent does'],
  ['readonly', 'readonly: see everything, change nothing'],
  ['approver', 'approver: see everything, approve and deny'],
  ['admin', 'admin: everything in this organization'],
] as const
type Role = (typeof ROLES)[number][0]

const TERMS = [
  ['', 'never'],
  ['7', 'in 7 days'],
  ['30', 'in 30 days'],
  ['90', 'in 90 days'],
  ['365', 'in a year'],
] as const

export function KeyDialog({ onClose }: { readonly onClose: () => void }): ReactNode {
  const client = useQueryClient()
  const [name, setName] = useState('')
  const [role, setRole] = useState<Role>('member')
  const [agent, setAgent] = useState('')
  const [days, setDays] = useState('')
  const [secret, setSecret] = useState<string | null>(null)
  const { busy, error, attempt } = useAttempt()
  const forAgent = role === 'member' || role === 'readonly'
  const create = (): Promise<void> =>
    attempt(async () => {
      const agentId = agent.trim()
      const made = await call('keys_create', {
        name: name.trim(),
        role,
        ...(forAgent && agentId !== '' ? { agent_id: agentId } : {}),
        ...(days === '' ? {} : { expires_at: new Date(Date.now() + Number(days) * 86_400_000).toISOString() }),
      })
      setSecret(made.secret)
      void client.invalidateQueries({ queryKey: ['keys'] })
    })
  if (secret !== null) return <Made secret={secret} onClose={onClose} />
  return (
    <Dialog title="New key" onClose={onClose}>
      <form className="form" onSubmit={submitting(create)}>
        <FormError error={error} />
        <Input
          label="Name"
          hint="Who or what will hold it."
          required
          maxLength={256}
          autoFocus
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <Select
          label="Role"
          value={role}
          onChange={(event) => setRole(ROLES.find(([one]) => one === event.target.value)?.[0] ?? 'member')}
        >
          {ROLES.map(([one, words]) => (
            <option key={one} value={one}>
              {words}
            </option>
          ))}
        </Select>
        {forAgent && (
          <Input
            label="Agent"
            hint="Optional. A key bound to one agent speaks for that agent only."
            maxLength={128}
            value={agent}
            onChange={(event) => setAgent(event.target.value)}
          />
        )}
        <Select label="Ends" value={days} onChange={(event) => setDays(event.target.value)}>
          {TERMS.map(([one, words]) => (
            <option key={one} value={one}>
              {words}
            </option>
          ))}
        </Select>
        <div className="actions end">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" busy={busy}>
            Create the key
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

function Made({ secret, onClose }: { readonly secret: string; readonly onClose: () => void }): ReactNode {
  return (
    <Dialog
      sticky
      title="Your new key"
      onClose={onClose}
      footer={
        <Button kind="primary" onClick={onClose}>
          I have kept it
        </Button>
      }
    >
      <p>It is shown this once: here only its digest is stored. Keep it where its holder finds it, and nowhere else.</p>
      <Secret text={secret} label="The secret key" />
    </Dialog>
  )
}
