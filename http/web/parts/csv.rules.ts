type Cell = string | number | null

/** A spreadsheet takes a text that begins so for a formula, and agents choose their names themselves. */
const FORMULA = /^[=+\-@\t\r]/

/** Lines as RFC 4180 has them, the names of the columns first. */
export function csvOf(columns: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return [columns, ...rows].map((row) => `${row.map(shown).join(',')}\r\n`).join('')
}

function shown(cell: Cell): string {
  if (typeof cell === 'number') return String(cell)
  const text = cell ?? ''
  const plain = FORMULA.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain
}
