import { MEASURES, type Unit } from './dimensions.rules.ts'
import type { Change } from './report.rules.ts'

/** A change in one sentence, with its numbers. */
export function explained(change: Change): string {
  const { bucket, from, to, unit, n_baseline: n, n_current: m } = change
  const words = MEASURES[change.measure]?.words ?? change.measure
  const moved = `${shown(from, unit)} → ${shown(to, unit)}`
  if (bucket === null) return `${capital(words)}: ${moved} (${n} and ${m} samples)`
  const name = bucket === '' ? 'The rarest of' : `"${bucket}" among`
  return `${name} ${words}: ${moved} (${n} and ${m} samples)`
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

function shown(value: number, unit: Unit): string {
  if (unit === 'share') return `${(value * 100).toFixed(1)} %`
  if (unit === 'usd') return `$${Number(value.toPrecision(3))}`
  if (unit === 'index') return value.toFixed(2)
  return `${Number(value.toPrecision(3))} ${unit}`
}
