import { labelled, type Language, type SkillText } from './text.rules.ts'

/** Something that may be run. */
export interface Block {
  readonly text: string
  readonly offset: number
  readonly language: Language
  /** `script`: a file of the skill; `on_load`: run by the host when it reads the skill; the rest an agent is shown. */
  readonly place: 'script' | 'on_load' | 'shown'
}

/** Evidence reads this much of one act. */
const MAX_BLOCK = 8000

/** `<name>` stands for what the reader fills in; to a shell it would be two redirections. The length stays. */
function filledIn(text: string): string {
  return text.replaceAll(/<[A-Za-z][^<>\n`$|;&]{0,60}>/g, (match) => 'x'.repeat(match.length))
}

/** Everything in a file that may be run, in pieces that can be judged. */
export function* blocksOf(file: SkillText): Generator<Block> {
  if (file.kind === 'script' && file.language) {
    yield* pieces({ text: file.text, offset: 0, language: file.language, place: 'script' })
  }
  if (file.kind !== 'markdown') return
  yield* fenced(file.text)
  yield* onLoad(file.text)
  yield* inline(file.text)
  yield* prompted(file.text)
}

const FENCE = /^[ \t>]*(`{3,}|~{3,})[ \t]*([^\s`{]*)[^\n]*$/gm

function* fenced(text: string): Generator<Block> {
  let open: { mark: string; label: string; from: number } | undefined
  for (const { 0: line, 1: mark = '', 2: label = '', index } of text.matchAll(FENCE)) {
    if (open === undefined) {
      open = { mark, label, from: index + line.length + 1 }
      continue
    }
    if (mark[0] !== open.mark[0] || mark.length < open.mark.length || label !== '') continue
    yield* block(text, open, index)
    open = undefined
  }
  if (open) yield* block(text, open, text.length)
}

function* block(text: string, { label, from }: { label: string; from: number }, to: number): Generator<Block> {
  const body = text.slice(from, to)
  const language = labelled(label) ?? (label === '' && LIKE_SHELL.test(body) ? 'shell' : null)
  if (language === null) return
  yield* pieces({
    text: language === 'shell' ? filledIn(unprompted(body)) : body,
    offset: from,
    language,
    place: 'shown',
  })
}

/** First words of lines that are commands rather than output or prose, in a block without a label. */
const LIKE_SHELL =
  /^[ \t]*(?:\$ |sudo |curl |wget |rm |bash |sh |eval |cat |cp |mv |chmod |chown |npm |npx |pip3? |python3? |node |git |docker |kubectl |ssh |scp |echo |export |source |nc |base64 |find |tar |crontab )/m

/** The same length as before, so that offsets stay. */
function unprompted(text: string): string {
  return text.replaceAll(/^([ \t]*)[$%#>] (?=\S)/gm, (match) => ' '.repeat(match.length))
}

/** Claude Code runs `!` commands of a skill before the model reads it. */
function* onLoad(text: string): Generator<Block> {
  for (const { 1: command = '', index } of text.matchAll(/!`([^`\n]{1,4000})`/g)) {
    yield { text: command, offset: index, language: 'shell', place: 'on_load' }
  }
  for (const { 1: command = '', index } of text.matchAll(/^```!\s*\n([^`]{1,8000})```/gm)) {
    yield { text: command, offset: index, language: 'shell', place: 'on_load' }
  }
}

/** Code spans that hold more than one word. */
function* inline(text: string): Generator<Block> {
  for (const { 1: command = '', index } of text.matchAll(/(?<![`!])`([^`\n]{4,2000})`(?!`)/g)) {
    if (/\s/.test(command.trim())) yield { text: filledIn(command), offset: index, language: 'shell', place: 'shown' }
  }
}

/** Lines of prose that begin with a prompt. */
function* prompted(text: string): Generator<Block> {
  for (const { 1: command = '', index } of text.matchAll(/^[ \t]*\$ ([^\n]{2,4000})$/gm)) {
    yield { text: filledIn(command), offset: index, language: 'shell', place: 'shown' }
  }
}

/** Cut at line ends; a single longer line is cut anywhere. */
function* pieces(whole: Block): Generator<Block> {
  const { text } = whole
  for (let from = 0; from < text.length;) {
    let to = Math.min(text.length, from + MAX_BLOCK)
    if (to < text.length) {
      const piece = text.slice(from, to)
      const [paragraph, line] = [piece.lastIndexOf('\n\n'), piece.lastIndexOf('\n')]
      if (paragraph > MAX_BLOCK / 2) to = from + paragraph + 1
      else if (line > 0) to = from + line + 1
    }
    yield { ...whole, text: text.slice(from, to), offset: whole.offset + from }
    from = to
  }
}
