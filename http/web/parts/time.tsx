import { useSyncExternalStore, type ReactNode } from 'react'

let now = Date.now()
let ticking: number | undefined
const listeners = new Set<() => void>()

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  ticking ??= window.setInterval(() => {
    now = Date.now()
    for (const one of listeners) one()
  }, 1000)
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    window.clearInterval(ticking)
    ticking = undefined
  }
}

/** One clock for the whole page, a tick a second while somebody looks at it. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now)
}

const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' })
export const fullTime = (at: string): string => full.format(new Date(at))

const minute = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' })
/** A time that lies ahead, where seconds would only be noise. */
export const minuteOf = (at: string): string => minute.format(new Date(at))

/** `3 min ago`, `2 h ago`, then the date. */
export function agoOf(milliseconds: number, at: Date): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000))
  if (seconds < 10) return 'just now'
  if (seconds < 60) return `${seconds} s ago`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`
  if (seconds < 7 * 86_400) return `${Math.floor(seconds / 86_400)} d ago`
  return at.toLocaleDateString(undefined, { dateStyle: 'medium' })
}

export function Ago({ at }: { readonly at: string | null | undefined }): ReactNode {
  const current = useNow()
  if (at === null || at === undefined) return <span className="muted">never</span>
  const date = new Date(at)
  return (
    <time dateTime={at} title={fullTime(at)}>
      {agoOf(current - date.getTime(), date)}
    </time>
  )
}

/** `4:59`, `2 h 10 min`, `3 d`; `expired` at the end. */
export function leftOf(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000)
  if (seconds <= 0) return 'expired'
  if (seconds < 3600) return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`
  return `${Math.floor(seconds / 86_400)} d ${Math.floor((seconds % 86_400) / 3600)} h`
}

export function Countdown({ until }: { readonly until: string }): ReactNode {
  const left = new Date(until).getTime() - useNow()
  return (
    <time
      className={`countdown${left < 60_000 ? ' urgent' : ''}`}
      dateTime={until}
      title={`Expires ${fullTime(until)}`}
    >
      {leftOf(left)}
    </time>
  )
}
