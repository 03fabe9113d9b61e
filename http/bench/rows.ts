/** One line of the table: what was reached, what the goal is, and whether it holds. */
export interface Row {
  readonly name: string
  readonly reached: string
  readonly goal: string
  /** `null` for figures without a goal, and for what could not be measured here. */
  readonly ok: boolean | null
  readonly note?: string
}

export function middle(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const half = sorted.length / 2
  if (sorted.length % 2 === 1) return sorted[Math.floor(half)] ?? Number.NaN
  return ((sorted[half - 1] ?? Number.NaN) + (sorted[half] ?? Number.NaN)) / 2
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

/** `times` is a ratio of medians; goals are met by being at least or at most this. */
export function ratioRow(name: string, times: number, goal: { least: number } | { most: number }, note?: string): Row {
  const least = 'least' in goal
  return {
    name,
    reached: `${round(times)} x`,
    goal: least ? `>= ${goal.least} x` : `<= ${goal.most} x`,
    ok: least ? times >= goal.least : times <= goal.most,
    ...(note === undefined ? {} : { note }),
  }
}

export function mostRow(name: string, value: number, most: number, unit: string): Row {
  return { name, reached: `${round(value)} ${unit}`, goal: `<= ${most} ${unit}`, ok: value <= most }
}

export function factRow(name: string, reached: string, note?: string): Row {
  return { name, reached, goal: '', ok: null, ...(note === undefined ? {} : { note }) }
}

export function skippedRow(name: string, why: string): Row {
  return { name, reached: 'not measured', goal: '', ok: null, note: why }
}

export function round(value: number): string {
  if (!Number.isFinite(value)) return 'unknown'
  return Math.abs(value) >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)))
}

const verdict = ({ ok }: Row): string => (ok === null ? '' : ok ? 'yes' : 'NO')

export function textTable(rows: readonly Row[]): string {
  const cells = [
    ['what', 'reached', 'goal', 'met'],
    ...rows.map((row) => [row.name, row.reached, row.goal, verdict(row)]),
  ]
  const widths = [0, 1, 2, 3].map((column) => Math.max(...cells.map((line) => (line[column] ?? '').length)))
  const lines = cells.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  const notes = rows.flatMap(({ name, note }) => (note === undefined ? [] : [`- ${name}: ${note}`]))
  return [...lines, ...(notes.length === 0 ? [] : ['', ...notes])].join('\n')
}

export function markdownTable(rows: readonly Row[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  const body = rows.map((row) => {
    const name = row.note === undefined ? row.name : `${row.name} (${row.note})`
    return line([name, row.reached, row.goal, verdict(row)])
  })
  return [line(['What', 'Reached', 'Goal', 'Met']), '|---|---|---|---|', ...body].join('\n')
}
