import type { Flow } from './shell-state.rules.ts'
import { NOTHING } from './shell-state.rules.ts'

/** A light reader for one-liners of scripting languages: names, string literals, punctuation; comments dropped. */
export interface Token {
  readonly kind: 'name' | 'text' | 'mark'
  readonly value: string
  /** A back-quoted text: a command in Perl, Ruby and PHP. */
  readonly tick?: true
}

export type Language = 'python' | 'node' | 'perl' | 'ruby' | 'php' | 'awk' | 'lua' | 'other'

const SLASH_COMMENTS: ReadonlySet<Language> = new Set(['node', 'php'])
const HASH_COMMENTS: ReadonlySet<Language> = new Set(['python', 'perl', 'ruby', 'php', 'awk', 'other'])
const TOKENS_MAX = 20_000

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '0': '\0' }

function unescape(body: string): string {
  return body.replace(
    /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|([0-7]{3})|(.))/gs,
    (_all, ...groups: (string | undefined)[]) => {
      const [hex, uni, octal, char = ''] = groups
      const code = hex ?? uni
      if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16))
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8))
      return ESCAPES[char] ?? char
    },
  )
}

interface Read {
  readonly token: Token | null
  readonly end: number
}

function closing(code: string, from: number, close: string): number {
  for (let i = from; i < code.length; i++) {
    if (code[i] === '\\') i++
    else if (code.startsWith(close, i)) return i
  }
  return code.length
}

function readString(code: string, at: number): Read {
  const char = code[at] ?? ''
  const triple = char.repeat(3)
  const close = char !== '`' && code.startsWith(triple, at) ? triple : char
  const end = closing(code, at + close.length, close)
  const token: Token = {
    kind: 'text',
    value: unescape(code.slice(at + close.length, end)),
    ...(char === '`' ? { tick: true as const } : {}),
  }
  return { token, end: end + close.length }
}

const BRACKETS: Readonly<Record<string, string>> = { '(': ')', '{': '}', '[': ']', '<': '>' }

/** `q{}`, `qq()`, `qx//` of Perl and `%x()`, `%w[]` of Ruby. */
function readGeneric(code: string, at: number, language: Language): Read | null {
  if (language !== 'perl' && language !== 'ruby') return null
  const match = language === 'perl' ? /(?:qx|qq|q)\s*([{([</|!#])/y : /%[xqQwW]([{([</|!])/y
  match.lastIndex = at
  const found = match.exec(code)
  if (found?.[1] === undefined) return null
  const from = at + found[0].length
  const end = closing(code, from, BRACKETS[found[1]] ?? found[1])
  const tick = found[0].includes('x')
  return {
    token: { kind: 'text', value: code.slice(from, end), ...(tick ? { tick: true as const } : {}) },
    end: end + 1,
  }
}

const NAME = /[$@]?[A-Za-z_][\w$]*(?:(?:\.|::|->|\?\.)[A-Za-z_$][\w$]*[!?]?)*/y

function isComment(code: string, at: number, language: Language): boolean {
  if (code[at] === '#') return HASH_COMMENTS.has(language)
  return code.startsWith('//', at) && SLASH_COMMENTS.has(language)
}

function readToken(code: string, at: number, language: Language): Read {
  const char = code[at] ?? ''
  if (/\s/.test(char) && char !== '\n') return { token: null, end: at + 1 }
  if (isComment(code, at, language)) {
    const end = code.indexOf('\n', at)
    return { token: null, end: end < 0 ? code.length : end }
  }
  if (char === "'" || char === '"' || char === '`') return readString(code, at)
  const generic = readGeneric(code, at, language)
  if (generic !== null) return generic
  NAME.lastIndex = at
  const name = NAME.exec(code)?.[0]
  if (name !== undefined) return { token: { kind: 'name', value: name }, end: at + name.length }
  return { token: { kind: 'mark', value: char }, end: at + 1 }
}

/** Joins `'a' + 'b'`, `'a' . 'b'` and `'a' 'b'` into one text. */
function joinTexts(tokens: readonly Token[]): readonly Token[] {
  const joined: Token[] = []
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i] as Token
    const last = joined.at(-1)
    const next = tokens[i + 1]
    const glue = token.kind === 'mark' && (token.value === '+' || token.value === '.')
    if (glue && last?.kind === 'text' && next?.kind === 'text') {
      joined[joined.length - 1] = { ...last, value: last.value + next.value }
      i++
    } else if (token.kind === 'text' && last?.kind === 'text' && !last.tick && !token.tick) {
      joined[joined.length - 1] = { ...last, value: last.value + token.value }
    } else joined.push(token)
  }
  return joined
}

export function tokenise(code: string, language: Language): readonly Token[] {
  const tokens: Token[] = []
  for (let at = 0; at < code.length && tokens.length < TOKENS_MAX;) {
    const { token, end } = readToken(code, at, language)
    if (token !== null) tokens.push(token)
    at = Math.max(end, at + 1)
  }
  return joinTexts(tokens)
}

export interface Invocation {
  /** Dotted name as written. */
  readonly name: string
  /** Its last part. */
  readonly last: string
  readonly texts: readonly string[]
  readonly list: boolean
  /** An argument that is no literal. */
  readonly dynamic: boolean
  /** The text literal before a method: `Path("x").unlink()`. */
  readonly subject: string | undefined
}

interface Arguments {
  readonly texts: string[]
  list: boolean
  dynamic: boolean
}

function readArguments(tokens: readonly Token[], at: number, reach: number): Arguments {
  const found: Arguments = { texts: [], list: false, dynamic: false }
  const opened = tokens[at]?.value === '('
  let depth = 0
  for (let i = at; i < Math.min(tokens.length, at + reach); i++) {
    const token = tokens[i] as Token
    if (token.kind === 'text') found.texts.push(token.value)
    else if (token.kind === 'name')
      found.dynamic ||=
        !/^(?:shell|check|stdout|True|False|true|None|r|b|f|ignore_errors|recursive|force|path|Path|p)$/.test(
          token.value,
        )
    else if ('([{'.includes(token.value)) {
      depth++
      if (token.value === '[') found.list = true
    } else if (')]}'.includes(token.value)) {
      depth--
      if (depth <= 0 && opened) break
    } else if (depth <= 0 && !opened && (token.value === ';' || token.value === '\n')) break
  }
  return found
}

/** Every name that is called, with the literals it gets; Perl, Ruby and PHP also call without brackets. */
export function invocations(tokens: readonly Token[]): readonly Invocation[] {
  const calls: Invocation[] = []
  // Calls that nest without end would read the same tokens again and again.
  const reach = Math.max(100, Math.min(1000, Math.floor(400_000 / (tokens.length + 1))))
  let subject: string | undefined
  tokens.forEach((token, i) => {
    if (token.kind === 'text') subject = token.value
    if (token.kind !== 'name') return
    const next = tokens[i + 1]
    const called =
      next?.kind === 'text' ||
      (next?.kind === 'mark'
        ? next.value === '('
        : next?.value === 'glob' || (token.value === 'eval' && next?.kind === 'name'))
    if (!called) return
    const parts = token.value.split(/\.|::|->|\?\./)
    const { texts, list, dynamic } = readArguments(tokens, i + 1, reach)
    calls.push({ name: token.value, last: parts.at(-1) ?? token.value, texts, list, dynamic, subject })
  })
  return calls
}

const PRINT = /^(?:print|puts|echo|printf|p|say|write|log)$/

/** The literals that a one-liner prints, as the next program in the pipe would read them; null when it prints none. */
function printedText(tokens: readonly Token[]): string | null {
  if (tokens.length === 1 && tokens[0]?.kind === 'text') return `${tokens[0].value}\n`
  const texts: string[] = []
  tokens.forEach((token, i) => {
    if (token.kind !== 'name' || !PRINT.test(token.value.split('.').at(-1) ?? '')) return
    const after = tokens[i + 1]?.value === '(' ? tokens[i + 2] : tokens[i + 1]
    if (after?.kind === 'text') texts.push(after.value)
  })
  return texts.length === 0 ? null : `${texts.join('\n')}\n`
}

/** What a program text prints, as far as it prints literals. */
export function printedBy(source: string, language: Language): Flow {
  const text = printedText(tokenise(source.slice(0, 16_384), language))
  return text === null ? NOTHING : { text, taint: 0 }
}
