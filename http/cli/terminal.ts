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

/** How the person called this program, so that what they are told to run works as it stands. */
export function program(env: NodeJS.ProcessEnv = process.env): string {
  return env['npm_package_name'] === 'writ' && env['npm_lifecycle_event'] !== undefined ? 'npm run writ --' : 'writ'
}

/** Reasons in one line, each as a sentence. */
export function sentences(reasons: readonly string[]): string {
  return reasons.map((reason) => (/[.!?]$/.test(reason) ? reason : `${reason}.`)).join(' ')
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

/**
 * Rows below plain headings. The first column, an id as a rule, is whole; the last takes what width is left and wraps;
 * the others are cut at 44 characters. Where the terminal is too narrow for that, each row becomes a paragraph.
 */
export function sayTable(heads: readonly string[], rows: readonly (readonly Cell[])[]): void {
  const cells = rows.map((row) => row.map((cell, index) => tidy(cell, index === 0 || index === heads.length - 1)))
  const widths = heads
    .slice(0, -1)
    .map((head, index) => Math.max(head.length, ...cells.map((row) => plainLength(row[index] ?? ''))) + 2)
  const left = (process.stdout.columns || 160) - widths.reduce((sum, width) => sum + width, 0)
  if (left < MIN_LAST) return sayParagraphs(heads, cells)
  const table = new Table({
    head: heads.map((head) => paint('dim', head)),
    colWidths: [...widths, left],
    wordWrap: true,
    chars: Object.fromEntries(borders.map((name) => [name, ''])),
    style: { 'padding-left': 0, 'padding-right': 2, head: [], border: [], compact: true },
  })
  table.push(...cells)
  say(table.toString().replaceAll(/ +$/gm, ''))
}

function sayParagraphs(heads: readonly string[], rows: readonly (readonly string[])[]): void {
  const room = Math.max(MIN_LAST, process.stdout.columns || 160) - INDENT.length
  for (const [first = '', ...others] of rows) {
    const last = others.pop() ?? ''
    const named = others.flatMap((cell, at) => {
      const head = paint('dim', heads[at + 1]?.toLowerCase() ?? '')
      return cell === '-' ? [] : [`${head} ${cell}`]
    })
    say(paint('bold', first))
    for (const line of filled(named, ' · ', room)) say(`${INDENT}${line}`)
    for (const line of filled(last.split(' '), ' ', room)) say(`${INDENT}${line}`)
  }
}

/** Lines of parts, each as full as the room allows. */
function filled(parts: readonly string[], between: string, room: number): string[] {
  const lines: string[] = []
  for (const part of parts) {
    const longer = lines.length === 0 ? part : `${lines.at(-1)}${between}${part}`
    if (lines.length > 0 && plainLength(longer) <= room) lines[lines.length - 1] = longer
    else lines.push(part)
  }
  return lines
}

const borders = [
  'top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right',
  'left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid', 'middle',
] as const // prettier-ignore

const MAX_CELL = 44
const MIN_LAST = 24
const INDENT = '  '

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
