import type { ActRequest } from '#core/guard/index'
import { recordOf, textOf, type Json } from './calls.rules.ts'
import { patchedFiles } from './patch.rules.ts'

/** Source: the limits of guard's input. */
export const LIMITS = {
  command: 8192,
  statement: 8192,
  url: 2048,
  path: 1024,
  excerpt: 4096,
  content: 50_000,
  goal: 2000,
}

/** One act that a tool call stands for. */
export interface Draft {
  readonly type: string
  readonly summary: string
  readonly goal?: string | null
  readonly act?: ActRequest['act']
  readonly target?: string | null
  readonly content?: string
  readonly writes?: readonly string[]
  readonly cut?: boolean
}

export type Shape = (input: Json, tool: string) => readonly Draft[] | null

const shell: Shape = (input) => {
  const command = commandOf(input)
  if (command === null) return null
  const act = { kind: 'shell' as const, command: command.slice(0, LIMITS.command) }
  const goal = textOf(input['description']) ?? textOf(input['justification'])
  return [{ type: 'other', summary: command, goal, act, cut: command.length > LIMITS.command }]
}

const write: Shape = (input) => {
  const path = textOf(input['file_path']) ?? textOf(input['notebook_path']) ?? textOf(input['path'])
  return path === null ? null : [fileDraft(path, writtenText(input), `write ${path}`)]
}

const patch: Shape = (input) => {
  const text = textOf(input['input']) ?? textOf(input['patch']) ?? textOf(input['command'])
  const files = text === null ? [] : patchedFiles(text)
  return files.length === 0 ? null : files.map(({ path, change, added }) => fileDraft(path, added, `${change} ${path}`))
}

/** Hermes' `patch` takes a whole patch, or one file with the text to put in. */
const patchOrEdit: Shape = (input, tool) => patch(input, tool) ?? write(input, tool)

const look: Shape = (input, tool) => {
  const target = textOf(input['file_path']) ?? textOf(input['path']) ?? textOf(input['pattern'])
  return [{ type: 'review', summary: `${tool} ${target ?? ''}`.trim(), target }]
}

const web: Shape = (input, tool) => {
  const url = textOf(input['url'])
  const query = textOf(input['query']) ?? ''
  if (url === null) return [{ type: 'api', summary: `${tool} ${query}`.trim(), goal: query }]
  const act = { kind: 'http' as const, request: { method: 'GET', url: url.slice(0, LIMITS.url) } }
  return [{ type: 'api', summary: `GET ${url}`, act, goal: textOf(input['prompt']), cut: url.length > LIMITS.url }]
}

/** Tools of MCP servers: the common names of a statement or a command inside their input are evidence. */
const remote: Shape = (input, tool) => {
  const statement = textOf(input['sql']) ?? textOf(input['statement'])
  const command = /shell|bash|exec|terminal|command/i.test(tool) ? commandOf(input) : null
  const text = JSON.stringify(input)
  const base = { type: 'api', summary: `${tool} ${statement ?? command ?? text}`, content: text }
  if (statement !== null) {
    const act = { kind: 'sql' as const, statement: statement.slice(0, LIMITS.statement) }
    return [{ ...base, act, cut: statement.length > LIMITS.statement }]
  }
  if (command === null) return [base]
  return [
    {
      ...base,
      act: { kind: 'shell', command: command.slice(0, LIMITS.command) },
      cut: command.length > LIMITS.command,
    },
  ]
}

function other(input: Json, tool: string): Draft[] {
  const text = JSON.stringify(input)
  return [{ type: 'other', summary: text === '{}' ? tool : `${tool} ${text}`, content: text }]
}

const shapes: Readonly<Record<string, Shape>> = {
  Bash: shell,
  PowerShell: shell,
  REPL: shell,
  terminal: shell,
  exec: shell,
  exec_command: shell,
  shell,
  shell_command: shell,
  local_shell: shell,
  Write: write,
  Edit: write,
  MultiEdit: write,
  NotebookEdit: write,
  write: write,
  edit: write,
  write_file: write,
  patch: patchOrEdit,
  apply_patch: patch,
  Read: look,
  Glob: look,
  Grep: look,
  LS: look,
  LSP: look,
  read: look,
  read_file: look,
  search_files: look,
  WebFetch: web,
  WebSearch: web,
  web_search: web,
  web_fetch: web,
}

/** The acts of a tool call: one, or one for each file of a patch. Never none: unknown tools are asked about too. */
export function draftsOf(tool: string, input: Json): readonly Draft[] {
  return shapeOf(tool)(input, tool) ?? other(input, tool)
}

function shapeOf(tool: string): Shape {
  if (Object.hasOwn(shapes, tool)) return shapes[tool] ?? other
  // MCP tools: `mcp__server__tool` at Claude Code and Codex, `server__tool` at OpenClaw.
  return /[a-z0-9]__[a-z0-9]/i.test(tool) ? remote : other
}

/** A command as text, or as the list of words a program is started with. */
function commandOf(input: Json): string | null {
  const command = input['command'] ?? input['cmd']
  if (!Array.isArray(command)) return textOf(command)
  const words = command.map(String)
  // `bash -lc <text>` is how Codex runs text; the text is the command.
  if (words.length === 3 && /^(.*\/)?(ba|z|da)?sh$/.test(words[0] ?? '') && /^-\w*c$/.test(words[1] ?? ''))
    return words[2] ?? null
  return words.length === 0 ? null : words.map(quoted).join(' ')
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

function writtenText(input: Json): string {
  const edits = Array.isArray(input['edits'])
    ? input['edits'].map((edit) => textOf(recordOf(edit)['new_string']) ?? '')
    : []
  return textOf(input['content']) ?? textOf(input['new_string']) ?? textOf(input['new_source']) ?? edits.join('\n')
}

function fileDraft(path: string, text: string, summary: string): Draft {
  const file = {
    path: path.slice(0, LIMITS.path),
    content_excerpt: text.slice(0, LIMITS.excerpt),
    bytes: Buffer.byteLength(text),
  }
  return {
    type: 'apply',
    summary,
    act: { kind: 'file', file },
    target: path,
    content: text,
    writes: [path],
    cut: path.length > LIMITS.path,
  }
}
