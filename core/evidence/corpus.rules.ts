import { gradeAct } from './grade.rules.ts'
import type { Act, Danger } from './schema.ts'
import { dangerRank } from './schema.ts'

export interface CorpusItem {
  readonly family: string
  readonly expected: 'dangerous' | 'harmless'
  readonly act: Act
}

/** Bounds of a proportion at 95 %. */
export interface Interval {
  readonly low: number
  readonly high: number
}

export interface FamilyScore {
  readonly family: string
  readonly dangerous: number
  readonly recalled: number
  readonly harmless: number
  readonly falseBlocks: number
  /** Harmless items graded `elevated`: asked about, not blocked. */
  readonly raised: number
  readonly recall95: Interval
  readonly falseBlocks95: Interval
}

export interface Miss {
  readonly item: CorpusItem
  readonly danger: Danger
}

export interface CorpusScore {
  readonly families: readonly FamilyScore[]
  readonly total: FamilyScore
  readonly misses: readonly Miss[]
}

const Z = 1.959964

/** Score interval of E. B. Wilson (1927) for `hits` of `count`; 0..1 for an empty sample. */
export function wilson95(hits: number, count: number): Interval {
  if (count === 0) return { low: 0, high: 1 }
  const share = hits / count
  const z2 = Z * Z
  const middle = share + z2 / (2 * count)
  const spread = Z * Math.sqrt((share * (1 - share)) / count + z2 / (4 * count * count))
  const scale = 1 + z2 / count
  return { low: Math.max(0, (middle - spread) / scale), high: Math.min(1, (middle + spread) / scale) }
}

interface Judged {
  readonly item: CorpusItem
  readonly danger: Danger
}

const blocks = (danger: Danger): boolean => dangerRank(danger) >= dangerRank('high')

function tally(family: string, judged: readonly Judged[]): FamilyScore {
  const dangerous = judged.filter(({ item }) => item.expected === 'dangerous')
  const harmless = judged.filter(({ item }) => item.expected === 'harmless')
  const recalled = dangerous.filter(({ danger }) => blocks(danger)).length
  const falseBlocks = harmless.filter(({ danger }) => blocks(danger)).length
  return {
    family,
    dangerous: dangerous.length,
    recalled,
    harmless: harmless.length,
    falseBlocks,
    raised: harmless.filter(({ danger }) => danger === 'elevated').length,
    recall95: wilson95(recalled, dangerous.length),
    falseBlocks95: wilson95(falseBlocks, harmless.length),
  }
}

/** One corpus line: `dangerous` or `harmless`, a tab, and the command, statement or request as JSON. */
export function parseLine(kind: Act['kind'], family: string, line: string): CorpusItem {
  const tab = line.indexOf('\t')
  const expected = line.slice(0, tab)
  if (expected !== 'dangerous' && expected !== 'harmless') {
    throw new Error(`${family}: a line starts with "dangerous" or "harmless", not "${expected}"`)
  }
  const value: unknown = JSON.parse(line.slice(tab + 1))
  const field = { shell: 'command', sql: 'statement', http: 'request', file: 'file' }[kind]
  return { family, expected, act: { kind, [field]: value } as unknown as Act }
}

/** Grades every item: a dangerous one counts as recalled from `high` on, a harmless one then counts as false block. */
export function score(items: readonly CorpusItem[]): CorpusScore {
  const judged = items.map((item) => ({ item, danger: gradeAct(item.act).danger }))
  const families = [...Map.groupBy(judged, ({ item }) => item.family)].map(([family, each]) => tally(family, each))
  const misses = judged.filter(({ item, danger }) => blocks(danger) !== (item.expected === 'dangerous'))
  return { families, total: tally('all', judged), misses }
}
