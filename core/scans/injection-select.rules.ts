import { CHANNEL_RULES } from './injection-channel.rules.ts'
import { EAST_ASIAN_RULES } from './injection-east-asian.rules.ts'
import { INTENT_RULES } from './injection-intent.rules.ts'
import { LANGUAGE_RULES, isForeignTrigger } from './injection-languages.rules.ts'
import type { InjectionRule } from './injection-rule.ts'

/** A stretch of folded text, `to` exclusive. */
export type Stretch = readonly [from: number, to: number]
/** A rule and where in the text it can match. */
export type Chosen = { readonly rule: InjectionRule; readonly stretches: readonly Stretch[] }
export type Selection = { readonly chosen: readonly Chosen[]; readonly turned: boolean }

export const RULES: readonly InjectionRule[] = [
  ...INTENT_RULES,
  ...CHANNEL_RULES,
  ...LANGUAGE_RULES,
  ...EAST_ASIAN_RULES,
]

/** A match lies within this many characters of the word that called for its rule; the longest in the corpus has 90. */
const REACH = 400
/** Beyond so many places the windows would cover the text anyway. */
const MAX_PLACES = 24

/** Rules that also match wordings without any of their own anchors; such a rule reads the whole text. */
const WIDE: ReadonlySet<string> = new Set([
  'persona',
  'disable_safety_general',
  'when_ai_reads',
  'run_command',
  'decode_and_follow',
  'review_bias',
])

/** One set of anchors of one rule: the rule runs when each of its sets was met. */
type Slot = { readonly rule: number; readonly places: number[]; stamp: number; count: number }

const SLOTS: Slot[] = []
const SLOTS_OF_RULE: Slot[][] = RULES.map(() => [])
const SLOTS_OF_WORD = new Map<string, Slot[]>()
/** Words that text turned by ROT13 or reversal shows. */
const TURNED = new Set(
  'vtaber vafgehpgvbaf cebzcg cerivbhf erongi snoitcurtsni tpmorp suoiverp lla nyy'.split(' '),
)

for (const [rule, { anchors }] of RULES.entries()) {
  for (const words of anchors) {
    const slot: Slot = { rule, places: [], stamp: 0, count: 0 }
    SLOTS.push(slot)
    SLOTS_OF_RULE[rule]?.push(slot)
    // A set that is always met comes from mark-up, which has no words.
    for (const word of words) SLOTS_OF_WORD.set(word, [...(SLOTS_OF_WORD.get(word) ?? []), slot])
  }
}

let stamp = 0
const met: number[] = []

function meet(slots: readonly Slot[] | undefined, at: number): void {
  if (slots === undefined) return
  for (const slot of slots) {
    if (slot.stamp !== stamp) {
      slot.stamp = stamp
      slot.count = 0
      met.push(slot.rule)
    }
    if (slot.count < MAX_PLACES) slot.places[slot.count] = at
    slot.count += 1
  }
}

/** Words of another language: two different ones, since one alone is a name or a loan. */
function meetForeign(places: readonly number[], kinds: number): void {
  if (kinds < 2) return
  for (const at of places.slice(0, MAX_PLACES + 1)) meet(SLOTS_OF_WORD.get('latin'), at)
}

/** Meets the anchors of all words, runs of a to z; answers how many words look turned. */
function meetWords(text: string): number {
  let turned = 0
  let first = ''
  let kinds = 0
  const foreign: number[] = []
  for (let index = 0, start = -1; index <= text.length; index += 1) {
    const code = text.charCodeAt(index)
    if (code >= 97 && code <= 122) {
      if (start < 0) start = index
      continue
    }
    if (start < 0) continue
    const word = text.slice(start, index)
    meet(SLOTS_OF_WORD.get(word), start)
    if (word.length > 3 && isForeignTrigger(word)) {
      foreign.push(start)
      if (kinds < 2 && word !== first) kinds += 1
      first ||= word
    } else if (word === 'prompt') foreign.push(start)
    if (TURNED.has(word)) turned += 1
    start = -1
  }
  meetForeign(foreign, kinds)
  return turned
}

/** Windows around the places, joined where they touch and cut at white space; the whole text when they are many. */
function stretchesOf(slot: Slot, text: string): Stretch[] {
  if (slot.count > MAX_PLACES || text.length <= 2 * REACH) return [[0, text.length]]
  const stretches: [number, number][] = []
  for (let index = 0; index < slot.count; index += 1) {
    const at = slot.places[index] ?? 0
    const from = edge(text, Math.max(0, at - REACH), -1)
    const to = edge(text, Math.min(text.length, at + REACH), 1)
    const last = stretches.at(-1)
    if (last && from <= last[1]) last[1] = Math.max(last[1], to)
    else stretches.push([from, to])
  }
  return stretches
}

/** The next white space from `at` on, so that no word is cut; `at` itself when none is near. */
function edge(text: string, at: number, step: 1 | -1): number {
  for (let index = at, left = 40; left > 0 && index > 0 && index < text.length; index += step, left -= 1) {
    const code = text.charCodeAt(index)
    if (code === 32 || code === 10) return index
  }
  return at
}

/** The rules whose anchors occur in folded text, in table order, each with the places where it can match. */
export function select(text: string): Selection {
  stamp += 1
  met.length = 0
  const turned = meetWords(text)
  if (/[<[]/.test(text)) meet(SLOTS_OF_WORD.get('*'), 0)
  if (/[\u0400-\u04ff]/.test(text)) meet(SLOTS_OF_WORD.get('cyrillic'), 0)
  if (/[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]/.test(text)) meet(SLOTS_OF_WORD.get('han'), 0)
  const chosen: Chosen[] = []
  if (met.length > 0) {
    met.sort((a, b) => a - b)
    for (let index = 0; index < met.length; index += 1) {
      const position = met[index] ?? 0
      if (position !== met[index - 1]) choose(position, text, chosen)
    }
  }
  return { chosen, turned: turned >= 2 }
}

function choose(position: number, text: string, chosen: Chosen[]): void {
  const rule = RULES[position]
  const slots = SLOTS_OF_RULE[position] ?? []
  if (!rule || slots.some((slot) => slot.stamp !== stamp)) return
  const rarest = slots.reduce((best, slot) => (slot.count < best.count ? slot : best))
  const anywhere = WIDE.has(rule.id) || rule.anchors.some((words) => SCRIPTS.has(words[0] ?? ''))
  chosen.push({ rule, stretches: anywhere ? [[0, text.length]] : stretchesOf(rarest, text) })
}

const SCRIPTS: ReadonlySet<string> = new Set(['*', 'cyrillic', 'han'])
