import { useEffect, useRef } from 'react'

type Keys = Readonly<Record<string, (() => void) | undefined>>

/** Single keys for the whole page; not while somebody types, holds a modifier, or answers a dialog. */
export function useHotkeys(keys: Keys): void {
  const current = useRef(keys)
  useEffect(() => {
    current.current = keys
  })
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isBusy(event)) return
      const act = current.current[event.key]
      if (!act) return
      event.preventDefault()
      act()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [])
}

function isBusy(event: KeyboardEvent): boolean {
  const target = event.composedPath()[0]
  if (document.querySelector('dialog[open]')) return true
  if (!(target instanceof HTMLElement)) return false
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)
}

const CHORD_MS = 1200

/** `g` and then a letter goes to a page. */
export function useGoKeys(go: Readonly<Record<string, () => void>>): void {
  const current = useRef(go)
  useEffect(() => {
    current.current = go
  })
  useEffect(() => {
    let pressed = Number.NEGATIVE_INFINITY
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || isBusy(event)) return
      const act = performance.now() - pressed < CHORD_MS ? current.current[event.key] : undefined
      pressed = event.key === 'g' ? performance.now() : Number.NEGATIVE_INFINITY
      if (!act) return
      event.preventDefault()
      event.stopImmediatePropagation()
      act()
    }
    // Before the page's own keys: `g a` is no approval.
    window.addEventListener('keydown', onKey, { capture: true })
    return () => window.removeEventListener('keydown', onKey, { capture: true })
  }, [])
}
