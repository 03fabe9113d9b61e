import { isDeepStrictEqual } from 'node:util'
import * as toml from '@decimalturn/toml-patch'
import { linesOf } from '../hooks/installed.mjs'
import { proven, rooted, type Format } from './formats.ts'
import { changes, isTree, type Change, type Path, type Tree } from './tree.rules.ts'

// A comma at the end of an inline table is an error in TOML 1.0.
const style = { trailingComma: false, bracketSpacing: false, inlineTableStart: 3 }

export const tomlFormat: Format = {
  parse: (text) => rooted(plain(toml.parse(text))),
  patch(text, after) {
    if (isDeepStrictEqual(tomlFormat.parse(text), after)) return text
    // Tables as people write them; what does not come out right so is left to the library, which finds other ways.
    const byHand = changes(tomlFormat.parse(text), after).reduce(withTables, text)
    const isRight = parses(byHand) && isDeepStrictEqual(tomlFormat.parse(byHand), after)
    return proven(tomlFormat, isRight ? byHand : toml.patch(text, after, style), after)
  },
  fresh: (tree) =>
    proven(
      tomlFormat,
      Object.entries(tree)
        .map(([key, value]) => written([key], value))
        .join('\n'),
      tree,
    ),
  /** Somebody may write the same in another way: only lines that stand in it now can be missed later. */
  traces(tree, text) {
    const found = new Set(linesOf(text))
    return linesOf(tomlFormat.fresh(tree))
      .filter((line) => found.has(line))
      .join('\n')
  },
}

function parses(text: string): boolean {
  try {
    toml.parse(text)
    return true
  } catch {
    return false
  }
}

/** The parser's own objects have no prototype, which counts when they are compared. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain)
  if (!isTree(value) || Object.getPrototypeOf(value) !== null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]))
}

function withTables(text: string, change: Change): string {
  const eol = text.includes('\r\n') ? '\r\n' : '\n'
  if (change.kind === 'remove') return withoutTables(text, change.path, eol)
  const value = change.kind === 'insert' ? [change.value] : change.value
  const path = change.kind === 'insert' ? change.path.slice(0, -1) : change.path
  if (!isTree(value) && !isTables(value)) return text
  const gap = text.trim() === '' ? '' : text.endsWith('\n') ? eol : `${eol}${eol}`
  return `${text}${gap}${written(path, value).replaceAll('\n', eol)}`
}

/** Cuts the tables at and below `path`, up to the comments that belong to the next one. */
function withoutTables(text: string, path: Path, eol: string): string {
  const name = header(path)
  const lines = text.split(eol)
  const isHeader = (line: string): boolean => /^\s*\[/.test(line)
  const isOwn = (line: string): boolean => {
    const inner = line.trim().replace(/^\[\[?/, '')
    return isHeader(line) && (inner.startsWith(`${name}]`) || inner.startsWith(`${name}.`))
  }
  let kept: string[] = []
  for (let at = 0; at < lines.length;) {
    if (!isOwn(lines[at] ?? '')) {
      kept.push(lines[at] ?? '')
      at += 1
      continue
    }
    let end = at + 1
    while (end < lines.length && !isHeader(lines[end] ?? '')) end += 1
    const isLast = end === lines.length
    while (end > at + 1 && /^\s*(#.*)?$/.test(lines[end - 1] ?? '')) end -= 1
    // The gap before it goes as well.
    if (kept.at(-1) === '') kept = kept.slice(0, -1)
    if (isLast && kept.length === 0 && lines.slice(end).every((line) => line === '')) return ''
    at = end
  }
  return kept.join(eol)
}

const isTables = (value: unknown): value is readonly Tree[] =>
  Array.isArray(value) && value.length > 0 && value.every(isTree)

/** A value at a path as tables: what is simple first, then the tables below. */
function written(path: Path, value: unknown): string {
  if (isTables(value)) return value.map((item) => table(`[[${header(path)}]]\n`, path, item)).join('\n')
  if (isTree(value)) return table(`[${header(path)}]\n`, path, value)
  return toml.stringify({ [String(path.at(-1))]: value }, style)
}

function table(head: string, path: Path, tree: Tree): string {
  const entries = Object.entries(tree)
  const isNested = ([, value]: [string, unknown]): boolean => isTree(value) || isTables(value)
  const simple = entries
    .filter((entry) => !isNested(entry))
    .map(([key, value]) => written([...path, key], value).trimEnd())
  const nested = entries.filter(isNested).map(([key, value]) => written([...path, key], value))
  const own =
    simple.length === 0 && nested.length > 0 && !head.startsWith('[[')
      ? []
      : [`${[head.trimEnd(), ...simple].join('\n')}\n`]
  return [...own, ...nested].join('\n')
}

function header(path: Path): string {
  return path.map((part) => (/^[\w-]+$/.test(String(part)) ? String(part) : JSON.stringify(part))).join('.')
}
