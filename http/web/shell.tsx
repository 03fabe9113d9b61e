import { useQuery } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { Link, useLocation } from 'wouter'
import type { Scope } from '#core/kernel/scope'
import { useLive, useLiveness } from './api/live.ts'
import { useCan, useSession } from './api/session.ts'
import { usePending } from './api/approvals.ts'
import { HaltBanner } from './halt.tsx'
import { KeyHelp } from './key-help.tsx'
import { Icon, Mark, type IconName } from './parts/icons.tsx'
import { useGoKeys, useHotkeys } from './parts/hotkeys.ts'
import { OrgMenu } from './org-menu.tsx'
import { call } from './api/client.ts'

interface Place {
  readonly href: string
  readonly name: string
  readonly icon: IconName
  readonly needs: Scope
  readonly key: string
}

const work: readonly Place[] = [
  { href: '/', name: 'Approvals', icon: 'inbox', needs: 'approvals:read', key: 'a' },
  { href: '/decisions', name: 'Decisions', icon: 'list', needs: 'guard:read', key: 'd' },
  { href: '/policies', name: 'Policies', icon: 'shield', needs: 'policies:read', key: 'p' },
  { href: '/fleet', name: 'Fleet', icon: 'pulse', needs: 'agents:read', key: 'f' },
  { href: '/agents', name: 'Agents', icon: 'bot', needs: 'agents:read', key: 'n' },
]
/** A phone has room for the first ones only. */
const watch: readonly Place[] = [
  { href: '/tasks', name: 'Tasks', icon: 'board', needs: 'tasks:read', key: 't' },
  { href: '/alerts', name: 'Alerts', icon: 'bell', needs: 'alerts:read', key: 'e' },
  { href: '/costs', name: 'Costs', icon: 'bars', needs: 'agents:read', key: 'c' },
]
const administration: readonly Place[] = [
  { href: '/keys', name: 'Keys and grants', icon: 'key', needs: 'keys:read', key: 'k' },
  { href: '/members', name: 'Members', icon: 'people', needs: 'members:read', key: 'm' },
  { href: '/webhooks', name: 'Webhooks', icon: 'hook', needs: 'webhooks:read', key: 'w' },
  { href: '/hosts', name: 'Clients', icon: 'terminal', needs: 'agents:read', key: 'h' },
  { href: '/activity', name: 'Activity', icon: 'pulse', needs: 'activity:read', key: 'y' },
  { href: '/ledger', name: 'Ledger', icon: 'ledger', needs: 'ledger:read', key: 'l' },
  { href: '/settings', name: 'Settings', icon: 'sliders', needs: 'settings:read', key: 's' },
]

export function Shell({ children }: { readonly children: ReactNode }): ReactNode {
  const { org } = useSession()
  const [path, go] = useLocation()
  const [help, setHelp] = useState(false)
  const [open, setOpen] = useState(false)
  useLive(org.org_id)
  useHotkeys({ '?': () => setHelp(true) })
  useGoKeys(Object.fromEntries([...work, ...watch, ...administration].map(({ key, href }) => [key, () => go(href)])))
  const inDetail = path.startsWith('/approvals/')
  return (
    <div className={`shell${open ? ' menu-open' : ''}${inDetail ? ' in-detail' : ''}`}>
      <a className="skip" href="#main">
        Skip to content
      </a>
      <aside className="side" id="menu">
        <div className="side-head">
          <OrgMenu />
        </div>
        <nav aria-label="Pages" onClick={() => setOpen(false)}>
          <Places of={[...work, ...watch]} />
          <h2 className="side-title">Organization</h2>
          <Places of={administration} />
        </nav>
        <SideFoot onHelp={() => setHelp(true)} />
      </aside>
      {open && <button type="button" className="scrim" aria-label="Close the menu" onClick={() => setOpen(false)} />}
      <main id="main" tabIndex={-1}>
        <HaltBanner />
        {children}
      </main>
      <Tabs open={open} onMore={() => setOpen(!open)} />
      {help && <KeyHelp onClose={() => setHelp(false)} />}
    </div>
  )
}

function Places({ of }: { readonly of: readonly Place[] }): ReactNode {
  const can = useCan()
  const [path] = useLocation()
  return (
    <ul className="places">
      {of
        .filter(({ needs }) => can(needs))
        .map(({ href, name, icon }) => (
          <li key={href}>
            <Link href={href} className="place" aria-current={isHere(path, href) ? 'page' : undefined}>
              <Icon name={icon} />
              <span>{name}</span>
              {href === '/' && <PendingCount />}
            </Link>
          </li>
        ))}
    </ul>
  )
}

function isHere(path: string, href: string): boolean {
  if (href === '/') return path === '/' || path.startsWith('/approvals/')
  return path === href || path.startsWith(`${href}/`)
}

function PendingCount(): ReactNode {
  const { data } = usePending()
  const count = data?.length ?? 0
  if (count === 0) return null
  return (
    <span className="count">
      {count}
      <span className="sr-only"> pending</span>
    </span>
  )
}

function Tabs({ open, onMore }: { readonly open: boolean; readonly onMore: () => void }): ReactNode {
  const can = useCan()
  const [path] = useLocation()
  return (
    <nav className="tabs" aria-label="Main pages">
      {work
        .filter(({ needs }) => can(needs))
        .map(({ href, name, icon }) => (
          <Link key={href} href={href} className="tab" aria-current={isHere(path, href) ? 'page' : undefined}>
            <Icon name={icon} size={20} />
            <span>{name}</span>
            {href === '/' && <PendingCount />}
          </Link>
        ))}
      <button type="button" className="tab" aria-expanded={open} aria-controls="menu" onClick={onMore}>
        <Icon name="menu" size={20} />
        <span>More</span>
      </button>
    </nav>
  )
}

function SideFoot({ onHelp }: { readonly onHelp: () => void }): ReactNode {
  const liveness = useLiveness()
  const health = useQuery({ queryKey: ['health'], queryFn: () => call('system_health', {}), staleTime: 60 * 60_000 })
  const word = { connecting: 'Connecting…', live: 'Live', polling: 'Checking every 5 s' }[liveness]
  return (
    <div className="side-foot">
      <span className={`live ${liveness}`} role="status">
        <span className="dot" aria-hidden="true" />
        {word}
      </span>
      <button type="button" className="button quiet" onClick={onHelp}>
        <kbd aria-hidden="true">?</kbd>
        <span>Keys</span>
      </button>
      <span className="version">
        <Mark size={14} /> {String((health.data as { version?: string } | undefined)?.version ?? '')}
      </span>
    </div>
  )
}
