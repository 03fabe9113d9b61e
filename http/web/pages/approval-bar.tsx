import { useEffect, useRef, useState, type ReactNode } from 'react'
import type { Action, Ruling } from '../api/approvals.ts'
import { useSession } from '../api/session.ts'
import { Button } from '../parts/button.tsx'
import type { Asking } from './approvals.tsx'

interface BarProps {
  readonly action: Action
  readonly asking: Asking
  readonly ask: (asking: Asking) => void
  readonly busy: boolean
  readonly decide: (ruling: Ruling) => void
}

const TERMS: readonly (readonly [number, string])[] = [
  [15, '15 minutes'],
  [60, '1 hour'],
  [480, '8 hours'],
  [1440, '1 day'],
  [10_080, '7 days'],
]

/** A grant covers a target by its name, so there must be one that can be written down. */
function whyNoGrant({ target }: Action): string | undefined {
  if (target === null) return 'An act without a target can only be approved alone.'
  return target.includes('[REDACTED') ? 'Its target holds a secret; approve this act alone.' : undefined
}

/** The two verdicts, where a thumb reaches them; what needs more words opens above them. */
export function ApprovalBar(props: BarProps): ReactNode {
  const { action, asking, ask, busy, decide } = props
  const { second_factor: factor } = useSession()
  const blocked =
    factor.required &&
    !factor.verified &&
    (factor.enabled
      ? 'Your organization asks approvers for a second factor: sign in again with your code.'
      : 'Your organization asks approvers for a second factor: set it up in your account.')
  const id = action.action_id
  if (asking === 'deny') return <DenyForm {...props} />
  if (asking === 'grant') return <GrantForm {...props} />
  return (
    <div className="act-bar" role="group" aria-label="Your verdict">
      <Button
        kind="danger"
        icon="cross"
        big
        hotkey="d"
        needs="approvals:decide"
        blocked={blocked || (busy && 'Being decided')}
        onClick={() => ask('deny')}
      >
        Deny…
      </Button>
      <Button
        icon="clock"
        big
        hotkey="w"
        needs="approvals:decide"
        blocked={blocked || whyNoGrant(action)}
        onClick={() => ask('grant')}
      >
        For a while…
      </Button>
      <Button
        kind="approve"
        icon="check"
        big
        hotkey="a"
        busy={busy}
        needs="approvals:decide"
        blocked={blocked}
        onClick={() => decide({ action_id: id, decision: 'allow' })}
      >
        Approve
      </Button>
    </div>
  )
}

function DenyForm({ action, ask, busy, decide }: BarProps): ReactNode {
  const [reason, setReason] = useState('')
  const box = useRef<HTMLTextAreaElement>(null)
  useEffect(() => box.current?.focus(), [])
  const deny = (): void => {
    const reasoning = reason.trim()
    decide({ action_id: action.action_id, decision: 'deny', ...(reasoning === '' ? {} : { reasoning }) })
  }
  return (
    <form
      className="act-bar asking"
      onSubmit={(event) => {
        event.preventDefault()
        deny()
      }}
    >
      <label htmlFor="deny-reason">Why not? The agent is told, and it stays in the ledger.</label>
      <textarea
        id="deny-reason"
        ref={box}
        className="input"
        rows={2}
        maxLength={4000}
        placeholder="Use the staging database first."
        value={reason}
        onChange={(event) => setReason(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') ask(null)
          if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) deny()
        }}
      />
      <div className="act-buttons">
        <Button big onClick={() => ask(null)}>
          Back
        </Button>
        <Button type="submit" kind="danger" icon="cross" big busy={busy} needs="approvals:decide">
          Deny
        </Button>
      </div>
    </form>
  )
}

function GrantForm({ action, ask, busy, decide }: BarProps): ReactNode {
  const [minutes, setMinutes] = useState(60)
  const first = useRef<HTMLInputElement>(null)
  useEffect(() => first.current?.focus(), [])
  return (
    <form
      className="act-bar asking"
      onKeyDown={(event) => {
        if (event.key === 'Escape') ask(null)
      }}
      onSubmit={(event) => {
        event.preventDefault()
        decide({ action_id: action.action_id, decision: 'allow', grant_minutes: minutes })
      }}
    >
      <fieldset className="segments">
        <legend>
          Approve this, and for a while every <code>{action.action_type}</code> of{' '}
          {action.agent_name ?? action.agent_id} on <code>{action.target}</code> up to risk {action.risk_score}:
        </legend>
        {TERMS.map(([term, word]) => (
          <label key={term}>
            <input
              ref={term === minutes ? first : undefined}
              type="radio"
              name="term"
              className="sr-only"
              checked={minutes === term}
              onChange={() => setMinutes(term)}
            />
            <span>{word}</span>
          </label>
        ))}
      </fieldset>
      <div className="act-buttons">
        <Button big onClick={() => ask(null)}>
          Back
        </Button>
        <Button type="submit" kind="approve" icon="check" big busy={busy} needs="approvals:decide">
          Approve for {TERMS.find(([term]) => term === minutes)?.[1] ?? 'a while'}
        </Button>
      </div>
    </form>
  )
}
