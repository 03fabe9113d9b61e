import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState, type ReactNode } from 'react'
import { Link, useLocation } from 'wouter'
import { request } from './api/client.ts'
import { adopt, useCan, useSession, useSignOut, type AuthState } from './api/session.ts'
import { HaltDialog, useHalt } from './halt.tsx'
import { Icon } from './parts/icons.tsx'
import { ThemeSwitch } from './parts/theme.tsx'
import { toast, toastError } from './parts/toast.tsx'

/** Who is signed in and for which org; everything that changes either. */
export function OrgMenu(): ReactNode {
  const session = useSession()
  const [open, setOpen] = useState(false)
  const [halting, setHalting] = useState(false)
  const box = useRef<HTMLDivElement>(null)
  const button = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    if (!open) return
    const outside = (event: Event): void => {
      if (event.target instanceof Node && !box.current?.contains(event.target)) setOpen(false)
    }
    const escape = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape') return
      setOpen(false)
      button.current?.focus()
    }
    document.addEventListener('pointerdown', outside)
    document.addEventListener('keydown', escape)
    return () => {
      document.removeEventListener('pointerdown', outside)
      document.removeEventListener('keydown', escape)
    }
  }, [open])
  return (
    <div className="org" ref={box}>
      <button
        ref={button}
        type="button"
        className="org-button"
        aria-expanded={open}
        aria-controls="org-menu"
        onClick={() => setOpen(!open)}
      >
        <span className="org-letter" aria-hidden="true">
          {(session.org.name[0] ?? 'W').toUpperCase()}
        </span>
        <span className="org-names">
          <span className="org-name">{session.org.name}</span>
          <span className="org-person">{session.user.name || session.user.email}</span>
        </span>
        <Icon name="down" size={14} />
      </button>
      {open && <Panel close={() => setOpen(false)} halt={() => setHalting(true)} />}
      {halting && <HaltDialog onClose={() => setHalting(false)} />}
    </div>
  )
}

function Panel({ close, halt }: { readonly close: () => void; readonly halt: () => void }): ReactNode {
  const session = useSession()
  const can = useCan()
  const halted = useHalt().data?.halted ?? false
  const signOut = useSignOut()
  return (
    <div className="org-panel" id="org-menu">
      <p className="org-who">
        {session.user.email} <span className="muted">· {session.role}</span>
      </p>
      {session.orgs.length > 1 && <Orgs close={close} />}
      <Link href="/account" className="menu-item" onClick={close}>
        <Icon name="person" /> Your account
      </Link>
      <ThemeSwitch />
      {can('halt:write') && !halted && (
        <button
          type="button"
          className="menu-item bad"
          onClick={() => {
            close()
            halt()
          }}
        >
          <Icon name="stop" /> Halt every agent…
        </button>
      )}
      <button type="button" className="menu-item" onClick={() => void signOut().catch(toastError)}>
        <Icon name="out" /> Sign out
      </button>
    </div>
  )
}

function Orgs({ close }: { readonly close: () => void }): ReactNode {
  const { org, orgs } = useSession()
  const client = useQueryClient()
  const [, go] = useLocation()
  const change = async (org_id: string, name: string): Promise<void> => {
    try {
      adopt(client, await request<AuthState>('POST', '/auth/org', { body: { org_id } }))
      toast(`Now in ${name}.`)
      go('/')
    } catch (error) {
      toastError(error)
    }
  }
  return (
    <div role="group" aria-label="Organizations" className="menu-group">
      {orgs.map(({ org_id, name, role }) => (
        <button
          key={org_id}
          type="button"
          className="menu-item"
          aria-pressed={org_id === org.org_id}
          onClick={() => {
            close()
            if (org_id !== org.org_id) void change(org_id, name)
          }}
        >
          <Icon name={org_id === org.org_id ? 'check' : 'right'} /> {name} <span className="muted">{role}</span>
        </button>
      ))}
    </div>
  )
}
