import { alsoMeant, wordsOf } from './search-words.rules.ts'

/** A text index by BM25 (Robertson and Zaragoza 2009, with the usual k1 = 1.2 and b = 0.75). */
export interface SearchIndex<T> {
  /** The best matches, best first; only entries that `keep` accepts. */
  find(query: string, limit: number, keep: (entry: T) => boolean): readonly T[]
}

export interface Searchable {
  /** Pieces of text and how much a word in them counts. */
  readonly fields: readonly { readonly text: string; readonly weight: number }[]
}

const K1 = 1.2
const B = 0.75
/** A word the query may have meant counts less than one it says. */
const MEANT = 0.6

interface Indexed<T> {
  readonly entry: T
  readonly counts: ReadonlyMap<string, number>
  readonly length: number
}

export function searchIndex<T>(entries: readonly T[], describe: (entry: T) => Searchable): SearchIndex<T> {
  const indexed = entries.map((entry) => countWords(entry, describe(entry)))
  const average = indexed.reduce((sum, { length }) => sum + length, 0) / Math.max(1, indexed.length)
  const holders = new Map<string, number>()
  for (const { counts } of indexed) for (const word of counts.keys()) holders.set(word, (holders.get(word) ?? 0) + 1)

  const score = ({ counts, length }: Indexed<T>, words: readonly string[]): number =>
    words.reduce((sum, word) => {
      const count = counts.get(word) ?? 0
      if (count === 0) return sum
      const rarity = Math.log(1 + (indexed.length - (holders.get(word) ?? 0) + 0.5) / ((holders.get(word) ?? 0) + 0.5))
      return sum + (rarity * count * (K1 + 1)) / (count + K1 * (1 - B + (B * length) / average))
    }, 0)

  return {
    find: (query, limit, keep) => {
      const words = wordsOf(query)
      const meant = alsoMeant(words)
      return indexed
        .filter(({ entry }) => keep(entry))
        .map((one) => ({ entry: one.entry, score: score(one, words) + MEANT * score(one, meant) }))
        .filter((one) => one.score > 0)
        .toSorted((a, b) => b.score - a.score)
        .slice(0, limit)
        .map(({ entry }) => entry)
    },
  }
}

function countWords<T>(entry: T, { fields }: Searchable): Indexed<T> {
  const counts = new Map<string, number>()
  let length = 0
  for (const { text, weight } of fields) {
    for (const word of wordsOf(text)) {
      counts.set(word, (counts.get(word) ?? 0) + weight)
      length += weight
    }
  }
  return { entry, counts, length }
}
