import { CHANNEL_RULES } from './injection-channel.rules.ts'
import { INTENT_RULES } from './injection-intent.rules.ts'
import { charSet, longPieces } from './injection-runs.rules.ts'

/** `offset` gives the place in the text before of a character of `text`. */
export type Rewritten = { text: string; offset: (index: number) => number }

/** Small words that join the lexicon's words when a sentence is written without spaces. */
const GLUE =
  'all any the your you are now and to of previous prior above instructions instruction system prompt reveal show print rules safety api key keys password send me my as act no restrictions without is with user do not tell this that new following unrestricted mode developer enable everything'.split(
    ' ',
  )
const LEXICON: ReadonlySet<string> = new Set([
  ...GLUE,
  ...[...INTENT_RULES, ...CHANNEL_RULES].flatMap(({ anchors }) => anchors.flat().filter((word) => word.length >= 4)),
])
const LEET: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '8': 'b',
  '9': 'g',
  '@': 'a',
  $: 's',
  '!': 'i',
  '|': 'l',
  '+': 't',
  '(': 'c',
}
const LONGEST = Math.max(...[...LEXICON].map((word) => word.length))

/** The words a run of letters consists of, longest first at each place; undefined when some letters fit no word. */
function segment(letters: string): string | undefined {
  if (letters.length > 400) return undefined
  // best[i]: words for letters[i..], found from the end.
  const best: (string | undefined)[] = Array.from({ length: letters.length + 1 })
  best[letters.length] = ''
  for (let start = letters.length - 1; start >= 0; start -= 1) {
    for (let size = Math.min(LONGEST, letters.length - start); size >= 2; size -= 1) {
      const rest = best[start + size]
      const word = letters.slice(start, start + size)
      if (rest === undefined || !LEXICON.has(word)) continue
      best[start] = rest === '' ? word : `${word} ${rest}`
      break
    }
  }
  return best[0]
}

function plainWord(token: string, one: 'i' | 'l'): string | undefined {
  let word = ''
  for (const char of token) word += char === '1' || char === '!' ? one : (LEET[char] ?? char)
  if (LEXICON.has(word)) return word
  const shorter = word.replace(/[il]$/, '')
  return LEXICON.has(shorter) ? shorter : undefined
}

function unleet(token: string): string | undefined {
  if (!/[a-z]/.test(token) || !/[0-9@$!|+(]/.test(token)) return undefined
  const word = plainWord(token, 'i')
  return word ?? (/[1!]/.test(token) ? plainWord(token, 'l') : undefined)
}

/** Transposed or vowel-less spellings are beyond this; a word split by one repeated mark is not. */
function unsplit(token: string): string | undefined {
  const letters = token.replace(/[^a-z]/g, '')
  return letters.length >= 4 && LEXICON.has(letters) ? letters : undefined
}

function unspace(run: string): string | undefined {
  const words = run.split(/\s{2,}|\s[|/]\s|\n|\s-\s(?=\w\s-\s\w)/).map((word) => word.replace(/[^a-z]/g, ''))
  if (words.length > 1 && words.every((word) => LEXICON.has(word) || word.length > 2)) return words.join(' ')
  return segment(run.replace(/[^a-z]/g, ''))
}

const SPACED = /(?<![a-z0-9])[a-z0-9@$](?:[ .,_*|\-~/\n]{1,3}[a-z0-9@$!](?![a-z0-9])){4,400}/g
const SPLIT = /(?<![a-z])[a-z]{1,8}(?:[.*_|~^-][a-z]{1,8}){1,16}(?![a-z])/g
const JOINED = charSet(/[a-z_\-.+]/)

type Found = { readonly index: number; readonly token: string }

const finding = (regex: RegExp) =>
  function* (text: string): Generator<Found> {
    for (const match of text.matchAll(regex)) yield { index: match.index, token: match[0] }
  }

const LEET_CHAR = charSet(/[a-z0-9@$!|+(]/)
const LEET_PAIR = /[a-z][0-9@$!|+(]|[0-9@$!|+(][a-z]/g
const LEET_LONGEST = 24

/** Runs of letters and their stand-ins that hold both; found from the places where the two meet, which are few. */
function* leeted(text: string): Generator<Found> {
  let from = 0
  LEET_PAIR.lastIndex = 0
  for (let pair = LEET_PAIR.exec(text); pair; pair = LEET_PAIR.exec(text)) {
    let start = pair.index
    while (start > from && LEET_CHAR[text.charCodeAt(start - 1)] === 1) start -= 1
    let end = pair.index + 2
    while (LEET_CHAR[text.charCodeAt(end)] === 1) end += 1
    // A longer run is read in pieces.
    for (let at = start; at < end; at += LEET_LONGEST) {
      const token = text.slice(at, Math.min(end, at + LEET_LONGEST))
      if (token.length >= 3) yield { index: at, token }
    }
    from = end
    LEET_PAIR.lastIndex = end
  }
}

/** `hint` is cheap and says whether `find` can find anything. */
type Pass = {
  readonly hint: RegExp
  readonly find: (text: string) => Iterable<Found>
  readonly rewrite: (token: string) => string | undefined
}

/** Without one of these a sentence is not worth writing out. */
const TELLING =
  /ignor|disreg|forget|instruct|prompt|reveal|overrid|bypass|system|guideline|secret|password|pretend|restrict/
const PASSES: readonly Pass[] = [
  {
    hint: /(?<![a-z0-9])[a-z0-9@$][ .,_*|\-~/\n]{1,3}[a-z0-9@$](?:[ .,_*|\-~/\n]{1,3}[a-z0-9@$!](?![a-z0-9])){2}/,
    find: finding(SPACED),
    rewrite: (run) => unspace(Array.from(run, (char) => LEET[char] ?? char).join('')),
  },
  { hint: /[a-z][0-9@$!|+(]|[0-9@$|+(][a-z]/, find: leeted, rewrite: unleet },
  { hint: /[a-z][.*_|~^-][a-z]/, find: finding(SPLIT), rewrite: unsplit },
  {
    hint: TELLING,
    find: (text) => longPieces(text, JOINED, [15, 400]),
    rewrite: (run) => (TELLING.test(run) ? segment(run.replace(/[^a-z]/g, '')) : undefined),
  },
]

/** A replaced stretch: where it stood and how long it was and is. */
type Change = { readonly at: number; readonly was: number; readonly is: number }

/** Where a character of the changed text came from; all characters of a replacement come from its start. */
function origin(changes: readonly Change[], index: number): number {
  let moved = 0
  for (const { at, was, is } of changes) {
    if (index < at + moved) break
    if (index < at + moved + is) return at
    moved += is - was
  }
  return index - moved
}

/** `text` with disguised words written out, or undefined when nothing was disguised. */
export function undisguise(text: string): Rewritten | undefined {
  let current = text
  const passes: Change[][] = []
  for (const { hint, find, rewrite } of PASSES) {
    if (!hint.test(current)) continue
    let out = ''
    let from = 0
    const changes: Change[] = []
    for (const { index, token } of find(current)) {
      const replacement = rewrite(token)
      if (replacement === undefined || replacement === token) continue
      out += current.slice(from, index) + replacement
      changes.push({ at: index, was: token.length, is: replacement.length })
      from = index + token.length
    }
    if (changes.length === 0) continue
    current = out + current.slice(from)
    passes.push(changes)
  }
  if (passes.length === 0) return undefined
  return { text: current, offset: (index) => passes.reduceRight((at, changes) => origin(changes, at), index) }
}
