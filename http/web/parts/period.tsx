import type { ReactNode } from 'react'
import { PERIODS, type Period } from './period.rules.ts'

interface PeriodProps {
  readonly label: string
  readonly value: Period
  readonly narrow?: boolean
  readonly onPick: (period: Period) => void
}

/** How many days are looked at. */
export function PeriodPicker({ label, value, narrow, onPick }: PeriodProps): ReactNode {
  return (
    <select
      className={narrow ? 'input narrow' : 'input'}
      aria-label={label}
      value={value}
      onChange={({ target }) => onPick(PERIODS.find((one) => String(one) === target.value) ?? 30)}
    >
      {PERIODS.map((one) => (
        <option key={one} value={one}>
          {one} days
        </option>
      ))}
    </select>
  )
}
