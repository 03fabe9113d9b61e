import { isRecord } from '../api/client.ts'

/** One line of an act as it is shown; `mark` says how it changes what is there. */
export interface ActLine {
  readonly text: string
  readonly mark?: 'add' | 'remove' | 'prompt' | 'head'
}

export interface ShownAct {
  readonly kind: 'shell' | 'sql' | 'http' | 'file' | 'edit' | 'content' | 'tool'
  readonly title: string
  readonly lines: readonly ActLine[]
  /** All of it, to be copied. */
  readonly text: string
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)
const plain = (text: string): ActLine[] => text.split('\n').map((line) => ({ text: line }))
const marked = (text: string, mark: 'add' | 'remove'): ActLine[] =>
  text.split('\n').map((line) => ({ text: line, mark }))

/** What the guard was shown, from the recorded request: the act itself before anything said about it. Null without one. */
export function shownAct(request: Readonly<Record<string, unknown>>): ShownAct | null {
  const tool = isRecord(request['tool']) ? request['tool'] : undefined
  const input = tool && isRecord(tool['input']) ? tool['input'] : undefined
  const edit = input && editOf(input, textOf(tool?.['name']))
  if (edit) return edit
  const act = isRecord(request['act']) ? ofAct(request['act']) : null
  if (act) return act
  const content = textOf(request['content'])
  if (content)
    return { kind: 'content', title: 'Text that would be sent or written', lines: plain(content), text: content }
  if (!input) return null
  const text = JSON.stringify(input, null, 2)
  return { kind: 'tool', title: `Input of ${textOf(tool?.['name']) ?? 'the tool'}`, lines: plain(text), text }
}

function ofAct(act: Readonly<Record<string, unknown>>): ShownAct | null {
  switch (act['kind']) {
    case 'shell': {
      const text = textOf(act['command']) ?? ''
      const lines = text
        .split('\n')
        .map((line, index): ActLine => (index === 0 ? { text: line, mark: 'prompt' } : { text: line }))
      return { kind: 'shell', title: 'Shell command', lines, text }
    }
    case 'sql': {
      const text = textOf(act['statement']) ?? ''
      return { kind: 'sql', title: 'SQL statement', lines: plain(text), text }
    }
    case 'http':
      return isRecord(act['request']) ? ofHttp(act['request']) : null
    case 'file':
      return isRecord(act['file']) ? ofFile(act['file']) : null
    default:
      return null
  }
}

function ofHttp(request: Readonly<Record<string, unknown>>): ShownAct {
  const head = `${textOf(request['method']) ?? 'GET'} ${textOf(request['url']) ?? ''}`
  const body = textOf(request['body_excerpt'])
  const lines: ActLine[] = [{ text: head, mark: 'head' }]
  if (body) lines.push({ text: '' }, ...plain(body))
  return { kind: 'http', title: 'HTTP request', lines, text: body ? `${head}\n\n${body}` : head }
}

function ofFile(file: Readonly<Record<string, unknown>>): ShownAct {
  const path = textOf(file['path']) ?? ''
  const content = textOf(file['content_excerpt'])
  const bytes = typeof file['bytes'] === 'number' ? `${file['bytes'].toLocaleString('en')} bytes` : undefined
  const lines: ActLine[] = [{ text: bytes ? `${path} · ${bytes}` : path, mark: 'head' }]
  if (content) lines.push(...marked(content, 'add'))
  return { kind: 'file', title: 'File write', lines, text: content ? `${path}\n${content}` : path }
}

/** Editing tools tell what they replace: shown as a difference. */
function editOf(input: Readonly<Record<string, unknown>>, name: string | undefined): ShownAct | null {
  const before = input['old_string']
  const after = input['new_string']
  if (typeof before !== 'string' || typeof after !== 'string') return null
  const path = textOf(input['file_path']) ?? textOf(input['path']) ?? ''
  const lines = [{ text: path, mark: 'head' as const }, ...difference(before.split('\n'), after.split('\n'))]
  return { kind: 'edit', title: `${name ?? 'Edit'} of a file`, lines, text: lines.map(({ text }) => text).join('\n') }
}

/** Equal lines at both ends stay context; what is between is removed and added. */
function difference(before: readonly string[], after: readonly string[]): ActLine[] {
  const most = Math.min(before.length, after.length)
  let head = 0
  while (head < most && before[head] === after[head]) head += 1
  let tail = 0
  while (tail < most - head && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail += 1
  return [
    ...before.slice(0, head).map((text) => ({ text })),
    ...before.slice(head, before.length - tail).map((text) => ({ text, mark: 'remove' as const })),
    ...after.slice(head, after.length - tail).map((text) => ({ text, mark: 'add' as const })),
    ...after.slice(after.length - tail).map((text) => ({ text })),
  ]
}

export interface Piece {
  readonly text: string
  readonly hit: boolean
}

/** The line cut where the guard found something. */
export function piecesOf(line: string, spans: readonly string[]): Piece[] {
  const taken = Array.from({ length: line.length }, () => false)
  for (const span of spans) {
    if (span === '') continue
    for (let at = line.indexOf(span); at >= 0; at = line.indexOf(span, at + span.length))
      taken.fill(true, at, at + span.length)
  }
  const pieces: { text: string; hit: boolean }[] = []
  for (let index = 0; index < line.length; index += 1) {
    const hit = taken[index] ?? false
    const last = pieces.at(-1)
    if (last && last.hit === hit) last.text += line[index]
    else pieces.push({ text: line[index] ?? '', hit })
  }
  return pieces
}

/**
 * Characters that show nothing or turn the direction of what follows would let a command read as another one:
 * they are spelled out, controls as well.
 */
export function spelledOut(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (char) => {
    return char === '\n' || char === '\t' ? char : `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`
  })
}
