import { CHANNEL_RULES } from './injection-channel.rules.ts'
import { EAST_ASIAN_RULES } from './injection-east-asian.rules.ts'
import { INTENT_RULES } from './injection-intent.rules.ts'
import { foreignAnchors, LANGUAGE_RULES } from './injection-languages.rules.ts'
import type { InjectionRule } from './injection-rule.ts'

/** A stretch of folded text; `base` is where its first character stands in the whole. */
export type Stretch = { readonly part: string; readonly base: number }
/** A rule and where in the text it can match. */
export type Chosen = { readonly rule: InjectionRule; readonly stretches: readonly Stretch[] }
/** `turned` are the stretches that look turned by ROT13 or reversal. */
export type Selection = { readonly chosen: readonly Chosen[]; readonly turned: readonly Stretch[] }

const RULES: readonly InjectionRule[] = [...INTENT_RULES, ...CHANNEL_RULES, ...LANGUAGE_RULES, ...EAST_ASIAN_RULES]

/** A match lies within this many characters of the word that called for its rule; the longest in the corpus has 90. */
const REACH = 250
/** Beyond so many places the windows would cover the text anyway. */
const MAX_PLACES = 48

/** Rules that also match wordings without any of their own anchors; such a rule reads the whole text. */
const WIDE: ReadonlySet<string> = new Set(
  'ask_what_came_before decode_and_follow disable_safety disable_safety_general fixed_reply from_now_on hide_from_user ignore_the_user obey persona persona_named reveal_de reveal_fr reveal_secret review_bias run_command send_secrets were_your_instructions when_ai_reads'.split(
    ' ',
  ),
)

/** One set of anchors of one rule: the rule runs when each of its sets was met. */
type Slot = { readonly rule: number; readonly places: number[]; stamp: number; count: number }

const SLOTS: Slot[] = []
const SLOTS_OF_RULE: Slot[][] = RULES.map(() => [])
const SLOTS_OF_WORD = new Map<string, Slot[]>()
for (const [rule, { anchors }] of RULES.entries()) {
  for (const words of anchors) {
    const slot: Slot = { rule, places: [], stamp: 0, count: 0 }
    SLOTS.push(slot)
    SLOTS_OF_RULE[rule]?.push(slot)
    // A set that is always met comes from mark-up, which has no words.
    for (const word of words) SLOTS_OF_WORD.set(word, [...(SLOTS_OF_WORD.get(word) ?? []), slot])
  }
}

/** Words that text turned by ROT13 or reversal shows; no rule of its own. */
const TURNED: Slot = { rule: -1, places: [], stamp: 0, count: 0 }
for (const word of 'vtaber vafgehpgvbaf cebzcg cerivbhf erongi snoitcurtsni tpmorp suoiverp lla nyy'.split(' ')) {
  SLOTS_OF_WORD.set(word, [...(SLOTS_OF_WORD.get(word) ?? []), TURNED])
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

type Foreign = { readonly at: number; readonly word: string; readonly anchors: readonly string[] }

/** Meets the anchors of all words, runs of a to z. */
function meetWords(text: string): void {
  const foreign: Foreign[] = []
  for (let index = 0, start = -1; index <= text.length; index += 1) {
    const code = text.charCodeAt(index)
    if (code >= 97 && code <= 122) {
      if (start < 0) start = index
      continue
    }
    if (start < 0) continue
    const word = text.slice(start, index)
    meet(SLOTS_OF_WORD.get(word), start)
    const anchors = foreignAnchors(word)
    if (anchors !== undefined) foreign.push({ at: start, word, anchors })
    start = -1
  }
  if (foreign.length > 1) meetForeign(foreign)
}

/** One word of another language is a name or a loan; a sentence has two different ones close together. */
function meetForeign(foreign: readonly Foreign[]): void {
  let [last, other]: [Foreign | undefined, Foreign | undefined] = [undefined, undefined]
  for (const each of foreign) {
    if (last !== undefined && each.word !== last.word) other = last
    if (other !== undefined && each.at - other.at <= REACH) {
      for (const { at, anchors } of [other, each]) for (const anchor of anchors) meet(SLOTS_OF_WORD.get(anchor), at)
    }
    last = each
  }
}

/** Windows around the places, joined where they touch and cut at white space; the whole text when they are many. */
function stretchesOf(slot: Slot, text: string): readonly Stretch[] {
  if (slot.count > MAX_PLACES || text.length <= 2 * REACH) return [{ part: text, base: 0 }]
  const windows: [number, number][] = []
  for (let index = 0; index < slot.count; index += 1) {
    const at = slot.places[index] ?? 0
    const from = edge(text, Math.max(0, at - REACH), -1)
    const to = edge(text, Math.min(text.length, at + REACH), 1)
    const last = windows.at(-1)
    if (last && from <= last[1]) last[1] = Math.max(last[1], to)
    else windows.push([from, to])
  }
  return windows.map(([from, to]) => cut(text, from, to))
}

/** A mark stands where the text was cut, so that nothing there looks like its start or end. */
function cut(text: string, from: number, to: number): Stretch {
  const part = `${from > 0 ? '\u0001' : ''}${text.slice(from, to)}${to < text.length ? '\u0001' : ''}`
  return { part, base: from > 0 ? from - 1 : 0 }
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
  meetWords(text)
  if (/[<[]/.test(text)) meet(SLOTS_OF_WORD.get('*'), 0)
  if (/[\u0400-\u04ff]/.test(text)) meet(SLOTS_OF_WORD.get('cyrillic'), 0)
  if (/[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]/.test(text)) meet(SLOTS_OF_WORD.get('han'), 0)
  const turned = TURNED.stamp === stamp && TURNED.count >= 2 ? stretchesOf(TURNED, text) : []
  const chosen: Chosen[] = []
  if (met.length > 0) {
    met.sort((a, b) => a - b)
    for (let index = 0; index < met.length; index += 1) {
      const position = met[index] ?? 0
      if (position !== met[index - 1]) choose(position, text, chosen)
    }
  }
  return { chosen, turned }
}

function choose(position: number, text: string, chosen: Chosen[]): void {
  const rule = RULES[position]
  const slots = SLOTS_OF_RULE[position] ?? []
  if (!rule || slots.some((slot) => slot.stamp !== stamp)) return
  const rarest = slots.reduce((best, slot) => (slot.count < best.count ? slot : best))
  const anywhere = WIDE.has(rule.id) || rule.anchors.some((words) => SCRIPTS.has(words[0] ?? ''))
  const before = chosen.at(-1)
  // Rules of one language have the same anchors, hence the same places.
  const same =
    before !== undefined &&
    !WIDE.has(before.rule.id) &&
    rule.anchors.length === 1 &&
    before.rule.anchors[0]?.[0] === rule.anchors[0]?.[0]
  const alike = same && rule.anchors[0]?.[0]?.startsWith('latin-') === true
  const stretches = anywhere ? [{ part: text, base: 0 }] : alike ? before.stretches : stretchesOf(rarest, text)
  chosen.push({ rule, stretches })
}

const SCRIPTS: ReadonlySet<string> = new Set(['*', 'cyrillic', 'han'])
