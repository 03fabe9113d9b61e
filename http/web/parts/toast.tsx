import { useSyncExternalStore, type ReactNode } from 'react'
import { sentenceOf } from '../api/client.ts'
import { Icon } from './icons.tsx'

interface Toast {
  readonly id: number
  readonly text: string
  readonly bad: boolean
}

let toasts: readonly Toast[] = []
let last = 0
const listeners = new Set<() => void>()

function set(next: readonly Toast[]): void {
  toasts = next
  for (const listener of listeners) listener()
}

const dismiss = (id: number): void => set(toasts.filter((toast) => toast.id !== id))

function show(text: string, bad: boolean): void {
  const id = ++last
  set([...toasts.slice(-2), { id, text, bad }])
  window.setTimeout(() => dismiss(id), bad ? 10_000 : 5000)
}

export const toast = (text: string): void => show(text, false)
export const toastError = (error: unknown): void => show(sentenceOf(error), true)

/** The region is always there: what is put into a live region later is read out. */
export function Toasts(): ReactNode {
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => toasts,
  )
  return (
    <div className="toasts" aria-live="polite" role="status">
      {shown.map(({ id, text, bad }) => (
        <div key={id} className={bad ? 'toast bad' : 'toast'}>
          <Icon name={bad ? 'alert' : 'check'} />
          <span>{text}</span>
          <button type="button" className="toast-close" aria-label="Dismiss" onClick={() => dismiss(id)}>
            <Icon name="cross" size={14} />
          </button>
        </div>
      ))}
    </div>
  )
}
