import { useSyncExternalStore } from 'react'

const query = window.matchMedia('(max-width: 899px)')

function subscribe(listener: () => void): () => void {
  query.addEventListener('change', listener)
  return () => query.removeEventListener('change', listener)
}

/** Whether the window is as narrow as a phone, by the width at which the styles change too. */
export function useNarrow(): boolean {
  return useSyncExternalStore(subscribe, () => query.matches)
}
