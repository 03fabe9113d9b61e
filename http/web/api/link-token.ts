/**
 * One-time tokens come behind `?token=`. They leave the address bar before anything is drawn, so that neither the
 * history nor a screenshot keeps them; until used they stay with this tab, for who has to sign in first.
 */
const KEY = `writ-token:${location.pathname}`

function take(): string | null {
  const search = new URLSearchParams(location.search)
  const found = search.get('token')
  try {
    if (found === null) return sessionStorage.getItem(KEY)
    sessionStorage.setItem(KEY, found)
  } catch {
    // Storage is off: the token lives as long as the page.
  }
  if (found !== null) history.replaceState(history.state, '', location.pathname)
  return found
}

export const linkToken = take()

export function forgetToken(): void {
  try {
    sessionStorage.removeItem(KEY)
  } catch {
    // Nothing was stored.
  }
}
