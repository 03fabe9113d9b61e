import { UsageError } from './cli-error.ts'

const minutesOf: Readonly<Record<string, number>> = { m: 1, h: 60, d: 1440 }

/** `30m`, `2h`, `1d` in minutes. */
export function parseMinutes(text: string): number {
  const [, amount, unit] = /^(\d{1,5})([mhd])$/.exec(text) ?? []
  const minutes = Number(amount) * (minutesOf[unit ?? ''] ?? Number.NaN)
  if (!(minutes >= 1)) throw new UsageError(`"${text}" is no length of time; write 30m, 2h or 1d.`)
  return minutes
}
