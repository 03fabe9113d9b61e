import { useEffect, useRef, type ReactNode } from 'react'
import { sentenceOf } from '../api/client.ts'
import { Button } from './button.tsx'
import { Icon, type IconName } from './icons.tsx'

let visited = false

interface PageProps {
  readonly title: string
  /** Shown in the tab; the title when absent. */
  readonly tab?: string
  readonly lead?: ReactNode
  readonly actions?: ReactNode
  readonly back?: ReactNode
  readonly wide?: boolean
  readonly children: ReactNode
}

/** A page with its heading. A change of page moves the focus there, so that it is read out and Tab goes on from it. */
export function Page({ title, tab, lead, actions, back, wide, children }: PageProps): ReactNode {
  const heading = usePageHeading(tab ?? title)
  return (
    <div className={wide ? 'page wide' : 'page'}>
      <header className="page-head">
        {back}
        <div className="page-title">
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
          {lead && <p className="muted">{lead}</p>}
        </div>
        {actions && <div className="actions">{actions}</div>}
      </header>
      {children}
    </div>
  )
}

export function usePageHeading(tab: string) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    document.title = `${tab} · Writ`
  }, [tab])
  useEffect(() => {
    // The first page of a visit leaves the focus at the top of the document, where a reader begins.
    if (visited) heading.current?.focus({ preventScroll: true })
    visited = true
    window.scrollTo(0, 0)
  }, [])
  return heading
}

export function Empty(props: {
  readonly icon: IconName
  readonly title: string
  readonly children?: ReactNode
  readonly action?: ReactNode
}): ReactNode {
  return (
    <div className="empty">
      <span className="empty-icon">
        <Icon name={props.icon} size={22} />
      </span>
      <h2>{props.title}</h2>
      {props.children && <div className="empty-text">{props.children}</div>}
      {props.action && <div className="actions">{props.action}</div>}
    </div>
  )
}

/** Stands where rows will be, as high as they are. */
export function Skeleton({ rows = 6, tall }: { readonly rows?: number; readonly tall?: boolean }): ReactNode {
  return (
    <div className="skeleton" role="status" aria-label="Loading">
      {Array.from({ length: rows }, (_, index) => (
        <span key={index} className={`bone${tall ? ' tall' : ''} w${index % 4}`} />
      ))}
    </div>
  )
}

export function Problem({ error, retry }: { readonly error: unknown; readonly retry?: () => void }): ReactNode {
  return (
    <div className="note bad" role="alert">
      <Icon name="alert" />
      <span>{sentenceOf(error)}</span>
      {retry && <Button onClick={retry}>Try again</Button>}
    </div>
  )
}

interface Loaded<T> {
  readonly data: T | undefined
  readonly error: unknown
  readonly refetch: () => unknown
}

/** Skeleton, problem or content of one query. */
export function Load<T>(props: {
  readonly of: Loaded<T>
  readonly rows?: number
  readonly children: (data: T) => ReactNode
}): ReactNode {
  const { data, error, refetch } = props.of
  if (data !== undefined) return props.children(data)
  if (error) return <Problem error={error} retry={() => void refetch()} />
  return <Skeleton rows={props.rows ?? 6} />
}
