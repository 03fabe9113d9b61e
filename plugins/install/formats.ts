import { isDeepStrictEqual } from 'node:util'
import { applyEdits, modify, parse as parseJsonc, printParseErrorCode, type ParseError } from 'jsonc-parser'
import * as yaml from 'yaml'
import { whyNotJson } from '#core/kernel/json-place'
import type { Ours } from '../hooks/installed.mjs'
import { changes, isTree, type Change, type Tree } from './tree.rules.ts'

/** A language of configuration files. What is not changed stays byte for byte: comments, order, line ends. */
export interface Format {
  /** Throws with a reason when the client that reads the file could not read it. */
  parse(text: string): Tree
  /** The text with `after` in it instead of what it holds now. */
  patch(text: string, after: Tree): string
  /** The text of a file that holds this and nothing else. */
  fresh(tree: Tree): string
  /** This tree in the file `text`, as a program without a parser can look for it; null where none can. */
  traces(tree: Tree, text: string): Ours | null
}

const BOM = '\uFEFF'

/** What Claude Code and Codex read: they pass over a whole file that has a comment or a comma too much. */
export const json: Format = {
  parse(text) {
    const bare = blank(text, '{}')
    try {
      return rooted(JSON.parse(bare))
    } catch (error) {
      throw error instanceof SyntaxError ? new Error(whyNotJson(bare, error), { cause: error }) : error
    }
  },
  patch: (text, after) => patched(json, text, after),
  fresh: (tree) => `${JSON.stringify(tree, null, 2)}\n`,
  traces: (tree) => tree,
}

/** JSON as editors write it for people: with comments and commas at the end. */
export const jsonc: Format = {
  parse(text) {
    const errors: ParseError[] = []
    const value: unknown = parseJsonc(blank(text, '{}'), errors, { allowTrailingComma: true })
    const [first] = errors
    if (first) throw new Error(`${printParseErrorCode(first.error)} at character ${first.offset}`)
    return rooted(value)
  },
  patch: (text, after) => patched(jsonc, text, after),
  fresh: (tree) => json.fresh(tree),
  traces: () => null,
}

export const yamlFormat: Format = {
  parse(text) {
    const document = yaml.parseDocument(text)
    const [first] = document.errors
    if (first) throw new Error(first.message)
    return rooted(document.toJS() ?? {})
  },
  patch(text, after) {
    const before = yamlFormat.parse(text)
    if (isDeepStrictEqual(before, after)) return text
    const document = yaml.parseDocument(text)
    for (const change of changes(before, after)) editYaml(document, change)
    const lines = document.toString({ lineWidth: 0 })
    return proven(yamlFormat, text.includes('\r\n') ? lines.replaceAll(/\r?\n/g, '\r\n') : lines, after)
  },
  fresh: (tree) => yaml.stringify(tree, { lineWidth: 0 }),
  traces: () => null,
}

function editYaml(document: yaml.Document, change: Change): void {
  const { kind, path } = change
  if (kind === 'remove') document.deleteIn(path)
  else if (kind === 'set') document.setIn(path, document.createNode(change.value))
  else {
    const list = document.getIn(path.slice(0, -1))
    if (yaml.isSeq(list)) list.items.splice(Number(path.at(-1)), 0, document.createNode(change.value))
  }
}

function patched(format: Format, given: string, after: Tree): string {
  const before = format.parse(given)
  if (isDeepStrictEqual(before, after)) return given
  const mark = given.startsWith(BOM) ? BOM : ''
  let text = blank(given, '{}\n')
  const formattingOptions = styleOf(text)
  for (const change of changes(before, after)) {
    const value = change.kind === 'remove' ? undefined : change.value
    const isArrayInsertion = change.kind === 'insert'
    text = applyEdits(text, modify(text, [...change.path], value, { formattingOptions, isArrayInsertion }))
  }
  return proven(format, `${mark}${text}`, after)
}

function styleOf(text: string) {
  const [, indent = '  '] = /^([ \t]+)\S/m.exec(text) ?? []
  const eol = text.includes('\r\n') ? '\r\n' : '\n'
  return { insertSpaces: !indent.includes('\t'), tabSize: indent.includes('\t') ? 1 : indent.length, eol }
}

/** A name that stands twice, a merge key: where text and meaning part, nothing is written. */
export function proven(format: Format, text: string, after: Tree): string {
  if (!isDeepStrictEqual(format.parse(text), after)) {
    throw new Error('it holds something that cannot be edited safely, as a name that stands twice')
  }
  return text
}

function blank(text: string, instead: string): string {
  const bare = text.startsWith(BOM) ? text.slice(1) : text
  return bare.trim() === '' ? instead : bare
}

export function rooted(value: unknown): Tree {
  if (isTree(value)) return value
  throw new Error('it must hold one object')
}
