import type { FormEvent, ReactNode } from 'react'
import { ApiError, sentenceOf } from '../api/client.ts'
import { Mark } from './icons.tsx'
import { usePageHeading } from './page.tsx'

interface DoorProps {
  readonly title: string
  readonly lead?: ReactNode
  readonly children?: ReactNode
  readonly footer?: ReactNode
  readonly wide?: boolean
}

/** The frame of every page in front of the product: sign-in, set-up, consent. */
export function Door({ title, lead, children, footer, wide }: DoorProps): ReactNode {
  const heading = usePageHeading(title)
  return (
    <main className="door" id="main">
      <div className={wide ? 'door-card wide' : 'door-card'}>
        <Mark size={36} />
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {lead && <div className="door-lead">{lead}</div>}
        {children}
      </div>
      {footer && <div className="door-foot">{footer}</div>}
    </main>
  )
}

export function FormError({ error }: { readonly error: unknown }): ReactNode {
  // The region is there before its text, so that the text is read out.
  return (
    <div role="alert" className="form-alert">
      {error ? <p className="note bad">{withWait(error)}</p> : null}
    </div>
  )
}

function withWait(error: unknown): string {
  if (!(error instanceof ApiError) || error.status !== 429 || error.retryAfter === undefined) return sentenceOf(error)
  return `Too many attempts. Try again in ${Math.ceil(error.retryAfter / 60)} min.`
}

export function submitting(run: () => Promise<void>): (event: FormEvent) => void {
  return (event) => {
    event.preventDefault()
    void run()
  }
}
