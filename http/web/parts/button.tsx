import type { ButtonHTMLAttributes, ReactNode } from 'react'
import { Link } from 'wouter'
import type { Scope } from '#core/kernel/scope'
import { useAuth, useCan } from '../api/session.ts'
import { Icon, type IconName } from './icons.tsx'

export type Kind = 'primary' | 'plain' | 'quiet' | 'danger' | 'approve'

interface ButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'className' | 'disabled'> {
  readonly kind?: Kind
  readonly icon?: IconName
  readonly busy?: boolean
  readonly big?: boolean
  readonly label?: string
  /** The scope the act behind it needs: without it the button says why it does nothing. */
  readonly needs?: Scope
  /** Why it cannot be pressed now. */
  readonly blocked?: string | undefined | false
  readonly hotkey?: string
}

/** What cannot be pressed keeps its place in the tab order, so that everybody can learn why. */
export function Button(props: ButtonProps): ReactNode {
  const { kind = 'plain', icon, busy, big, label, needs, blocked, hotkey, children, onClick, type, ...rest } = props
  const can = useCan()
  const role = useAuth().data?.session?.role
  const why =
    needs !== undefined && !can(needs)
      ? `Your role${role ? ` (${role})` : ''} may not do this: it needs ${needs}.`
      : blocked
  const off = busy === true || Boolean(why)
  return (
    <button
      {...rest}
      type={type ?? 'button'}
      className={`button ${kind}${big ? ' big' : ''}${children === undefined ? ' only-icon' : ''}`}
      aria-disabled={off || undefined}
      aria-busy={busy || undefined}
      aria-label={label ?? rest['aria-label']}
      title={why || label}
      aria-keyshortcuts={hotkey}
      onClick={(event) => {
        if (off) event.preventDefault()
        else onClick?.(event)
      }}
    >
      {busy ? <span className="spinner" aria-hidden="true" /> : icon && <Icon name={icon} />}
      {children !== undefined && <span>{children}</span>}
      {hotkey && <kbd aria-hidden="true">{hotkey}</kbd>}
      {why && <span className="sr-only">{why}</span>}
    </button>
  )
}

export function ButtonLink(props: {
  readonly href: string
  readonly kind?: Kind
  readonly icon?: IconName
  readonly children: ReactNode
}): ReactNode {
  return (
    <Link href={props.href} className={`button ${props.kind ?? 'plain'}`}>
      {props.icon && <Icon name={props.icon} />}
      <span>{props.children}</span>
    </Link>
  )
}
