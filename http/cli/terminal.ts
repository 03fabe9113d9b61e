import { stripVTControlCharacters, styleText } from 'node:util'
import Table from 'cli-table3'

type Style = Parameters<typeof styleText>[0]

/** Styled where the terminal shows it; plain when piped, or with NO_COLOR. */
export function paint(style: Style, text: string): string {
  return styleText(style, text, { stream: process.stdout })
}

export function say(line = ''): void {
  process.stdout.write(`${line}\n`)
}

export function sayJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`)
}

export const decisionStyles: Readonly<Record<string, Style>> = {
  allow: 'green',
  warn: 'yellow',
  require_approval: 'magenta',
  block: 'red',
}

export function paintDecision(decision: string): string {
  const style = decisionStyles[decision]
  return style === undefined ? decision : paint(style, decision)
}

/** Text of a cell that is styled already; plain strings are taken for what others wrote. */
export interface Painted {
  readonly painted: string
}

export type Cell = string | number | null | Painted

/** Rows below plain headings. The first column, an id as a rule, is whole; the last takes what width is left and wraps; the others are cut at 44 characters. */
export function sayTable(heads: readonly string[], rows: readonly (readonly Cell[])[]): void {
  const cells = rows.map((row) => row.map((cell, index) => tidy(cell, index === 0 || index === heads.length - 1)))
  const widths = heads
    .slice(0, -1)
    .map((head, index) => Math.max(head.length, ...cells.map((row) => plainLength(row[index] ?? ''))) + 2)
  const left = (process.stdout.columns || 160) - widths.reduce((sum, width) => sum + width, 0)
  const table = new Table({
    head: heads.map((head) => paint('dim', head)),
    colWidths: [...widths, Math.max(24, left)],
    wordWrap: true,
    chars: Object.fromEntries(borders.map((name) => [name, ''])),
    style: { 'padding-left': 0, 'padding-right': 2, head: [], border: [], compact: true },
  })
  table.push(...cells)
  say(table.toString().replaceAll(/ +$/gm, ''))
}

const borders = [
  'top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right',
  'left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid', 'middle',
] as const // prettier-ignore

const MAX_CELL = 44

/** Text of agents goes to a terminal: control characters, escape sequences among them, are shown as spaces. */
export function harmless(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]+/gu, ' ')
}

function tidy(cell: Cell, isWhole: boolean): string {
  if (cell === null) return '-'
  if (typeof cell === 'object') return cell.painted
  const shown = harmless(String(cell))
  return isWhole || shown.length <= MAX_CELL ? shown : `${shown.slice(0, MAX_CELL - 1)}…`
}

function plainLength(text: string): number {
  return stripVTControlCharacters(text).length
}

/** `5 min`, `3 h`, `2 d`: the largest unit that is not a fraction. */
export function ago(iso: string, now = Date.now()): string {
  const seconds = Math.max(0, Math.round(Math.abs(now - Date.parse(iso)) / 1000))
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`
  return seconds < 172_800 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86_400)} d`
}
