import { useEffect, useState } from 'react'

/** The value once nobody has changed it for a moment: what is typed is not asked about letter by letter. */
export function useSettled<T>(value: T, milliseconds = 250): T {
  const key = JSON.stringify(value)
  const [settled, setSettled] = useState({ key, value })
  useEffect(() => {
    const timer = window.setTimeout(() => setSettled({ key, value: JSON.parse(key) as T }), milliseconds)
    return () => window.clearTimeout(timer)
  }, [key, milliseconds])
  return settled.value
}
