import { CHANNEL_RULES } from './injection-channel.rules.ts'
import { INTENT_RULES } from './injection-intent.rules.ts'

export type Rewritten = { text: string; offsets: Uint32Array }

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

function unleet(token: string): string | undefined {
  if (!/[a-z]/.test(token) || !/[0-9@$!|+(]/.test(token)) return undefined
  for (const one of ['i', 'l']) {
    const word = Array.from(token)
      .map((char) => (char === '1' || char === '!' ? one : (LEET[char] ?? char)))
      .join('')
    if (LEXICON.has(word)) return word
    if (LEXICON.has(word.replace(/[il]$/, ''))) return word.replace(/[il]$/, '')
  }
  return undefined
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
const LEETED = /[a-z0-9@$!|+(]{3,24}/g
const JOINED = /[a-z_\-.+]{15,400}/g

/** `hint` is cheap and says whether `find` can find anything. */
type Pass = readonly [hint: RegExp, find: RegExp, rewrite: (token: string) => string | undefined]

/** Without one of these a sentence is not worth writing out. */
const TELLING =
  /ignor|disreg|forget|instruct|prompt|reveal|overrid|bypass|system|guideline|secret|password|pretend|restrict/
const PASSES: readonly Pass[] = [
  [
    /(?<![a-z0-9])[a-z0-9@$][ .,_*|\-~/\n]{1,3}[a-z0-9@$](?:[ .,_*|\-~/\n]{1,3}[a-z0-9@$!](?![a-z0-9])){2}/,
    SPACED,
    (run) =>
      unspace(
        Array.from(run)
          .map((char) => LEET[char] ?? char)
          .join(''),
      ),
  ],
  [/[a-z][0-9@$!|+(]|[0-9@$|+(][a-z]/, LEETED, unleet],
  [/[a-z][.*_|~^-][a-z]/, SPLIT, unsplit],
  [/[a-z_\-.+]{15}/, JOINED, (run) => (TELLING.test(run) ? segment(run.replace(/[^a-z]/g, '')) : undefined)],
]

/** `text` with disguised words written out, or undefined when nothing was disguised. */
export function undisguise(text: string): Rewritten | undefined {
  let current = text
  let offsets: number[] | undefined
  for (const [hint, find, rewrite] of PASSES) {
    if (!hint.test(current)) continue
    let out = ''
    let from = 0
    const moved: number[] = []
    const keep = (end: number): void => {
      for (let index = from; index < end; index += 1) moved.push(offsets?.[index] ?? index)
    }
    for (const match of current.matchAll(find)) {
      const replacement = rewrite(match[0])
      if (replacement === undefined || replacement === match[0]) continue
      out += current.slice(from, match.index) + replacement
      keep(match.index)
      for (let index = 0; index < replacement.length; index += 1) moved.push(offsets?.[match.index] ?? match.index)
      from = match.index + match[0].length
    }
    if (from === 0) continue
    out += current.slice(from)
    keep(current.length)
    offsets = moved
    current = out
  }
  return offsets ? { text: current, offsets: Uint32Array.from(offsets) } : undefined
}
