import { useState, type ReactNode } from 'react'

const KEY = 'writ-theme'
type Theme = 'system' | 'light' | 'dark'
const themes: readonly Theme[] = ['system', 'light', 'dark']

function current(): Theme {
  const set = document.documentElement.dataset['theme']
  return set === 'light' || set === 'dark' ? set : 'system'
}

function apply(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset['theme']
  else document.documentElement.dataset['theme'] = theme
  try {
    if (theme === 'system') localStorage.removeItem(KEY)
    else localStorage.setItem(KEY, theme)
  } catch {
    // Storage is off: the choice lasts as long as the page.
  }
}

export function ThemeSwitch(): ReactNode {
  const [theme, setTheme] = useState(current)
  return (
    <fieldset className="segments">
      <legend className="sr-only">Colour scheme</legend>
      {themes.map((one) => (
        <label key={one}>
          <input
            type="radio"
            name="theme"
            className="sr-only"
            checked={theme === one}
            onChange={() => {
              apply(one)
              setTheme(one)
            }}
          />
          <span>{one[0]?.toUpperCase() + one.slice(1)}</span>
        </label>
      ))}
    </fieldset>
  )
}
