import { isDeepStrictEqual } from 'node:util'
import type { Ours } from '../hooks/installed.mjs'
import type { Format } from './formats.ts'
import type { Tree } from './tree.rules.ts'

/** What our entries in a client's files say. */
export interface Entries {
  /** The gate's program, by its absolute path. */
  readonly gate: string
  /** What runs it. */
  readonly shell: string
  /** Seconds a person may take. */
  readonly wait: number
  /** How the client starts the MCP server. */
  readonly mcp: {
    readonly command: string
    readonly args: readonly string[]
    readonly env: Readonly<Record<string, string>>
  }
}

/** One kind of file of a client that we have entries in. */
export interface Part {
  /** The text with our entries; null is no file. Says why when that cannot be. */
  put(text: string | null, entries: Entries): string
  /** The text without our entries and without trust in the hooks named so, and whether that is nothing. */
  take(text: string, trusted: readonly string[]): Left
  /** What of our entries stands in this text, as a program without a parser can look for it; null where none can. */
  traces(text: string, entries: Entries): Ours | null
  /** Whether our entries are in it as they should be. */
  holds(text: string, entries: Entries): boolean
}

export interface Left {
  readonly text: string
  readonly isNothing: boolean
}

interface Structured {
  readonly format: Format
  readonly put: (tree: Tree, entries: Entries) => Tree
  readonly take: (tree: Tree, trusted: readonly string[]) => Tree
}

export function structured({ format, put, take }: Structured): Part {
  return {
    put(text, entries) {
      const tree = put(text === null ? {} : format.parse(text), entries)
      return text === null ? format.fresh(tree) : format.patch(text, tree)
    },
    take(text, trusted) {
      const tree = take(format.parse(text), trusted)
      return { text: format.patch(text, tree), isNothing: Object.keys(tree).length === 0 }
    },
    traces: (text, entries) => format.traces(put({}, entries), text),
    holds(text, entries) {
      const tree = format.parse(text)
      return isDeepStrictEqual(put(tree, entries), tree)
    },
  }
}

/** A block of text between two lines that nobody else writes. */
export function markedBlock(begin: string, end: string, words: (entries: Entries) => string): Part {
  const block = (text: string): { from: number; to: number } | null => {
    const [from, to] = [text.indexOf(begin), text.indexOf(end)]
    if (from < 0 && to < 0) return null
    const isWhole = from >= 0 && to > from && text.lastIndexOf(begin) === from && text.lastIndexOf(end) === to
    if (!isWhole) throw new Error(`the marks ${begin} and ${end} must stand in it once each, in this order`)
    return { from, to: to + end.length }
  }
  const put = (text: string | null, entries: Entries): string => {
    const eol = text?.includes('\r\n') ? '\r\n' : '\n'
    const own = `${begin}\n${words(entries)}\n${end}`.replaceAll('\n', eol)
    if (text === null) return `${own}\n`
    const at = block(text)
    if (at) return `${text.slice(0, at.from)}${own}${text.slice(at.to)}`
    const gap = text === '' ? '' : text.endsWith('\n') ? eol : `${eol}${eol}`
    return `${text}${gap}${own}${eol}`
  }
  return {
    put,
    take(text) {
      const at = block(text)
      if (!at) return { text, isNothing: text.trim() === '' }
      const before = text.slice(0, at.from).replace(/\r?\n$/, '')
      const left = `${before}${text.slice(at.to).replace(/^\r?\n/, '')}`
      return { text: left, isNothing: left.trim() === '' }
    },
    traces: (_, entries) => put(null, entries),
    holds: (text, entries) => put(text, entries) === text,
  }
}
