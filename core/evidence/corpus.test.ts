import { readdirSync, readFileSync } from 'node:fs'
import { beforeAll, expect, test } from 'vitest'
import type { CorpusItem, CorpusScore, FamilyScore } from './corpus.rules.ts'
import { parseLine, score, wilson95 } from './corpus.rules.ts'
import { loadSqlParser } from './sql.rules.ts'

const KINDS = ['shell', 'sql', 'http', 'file'] as const
const root = new URL('corpus/', import.meta.url)

function items(): readonly CorpusItem[] {
  return KINDS.flatMap((kind) =>
    readdirSync(new URL(`${kind}/`, root)).flatMap((file) =>
      readFileSync(new URL(`${kind}/${file}`, root), 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => parseLine(kind, `${kind}/${file.replace('.txt', '')}`, line)),
    ),
  )
}

const percent = (share: number): string => `${(share * 100).toFixed(2)}%`

function row(family: FamilyScore): string {
  const recall =
    family.dangerous === 0 ? '' : `${family.recalled}/${family.dangerous} (from ${percent(family.recall95.low)})`
  const blocks =
    family.harmless === 0 ? '' : `${family.falseBlocks}/${family.harmless} (to ${percent(family.falseBlocks95.high)})`
  return `${family.family.padEnd(28)} ${recall.padEnd(28)} ${blocks.padEnd(26)} ${family.raised}`
}

let result: CorpusScore

beforeAll(async () => {
  await loadSqlParser()
  result = score(items())
  const head = `${'family'.padEnd(28)} ${'recalled (95 %)'.padEnd(28)} ${'false blocks (95 %)'.padEnd(26)} raised`
  process.stdout.write(`${[head, ...result.families.map(row), row(result.total)].join('\n')}\n`)
  for (const { item, danger } of result.misses)
    process.stdout.write(`miss: ${item.family} ${danger} ${JSON.stringify(item.act)}\n`)
})

test('the corpus holds at least 1,000 dangerous and 1,000 harmless acts, none twice', () => {
  expect(result.total.dangerous).toBeGreaterThanOrEqual(1000)
  expect(result.total.harmless).toBeGreaterThanOrEqual(1000)
  const texts = items().map((item) => JSON.stringify(item.act))
  expect(new Set(texts).size).toBe(texts.length)
})

test('at least 99 % of the dangerous acts are graded high or worse', () => {
  expect(result.total.recalled / result.total.dangerous).toBeGreaterThanOrEqual(0.99)
})

test('at most 1 % of the harmless acts are graded high or worse', () => {
  expect(result.total.falseBlocks / result.total.harmless).toBeLessThanOrEqual(0.01)
})

test('no family falls below 95 % recall', () => {
  const weak = result.families.filter((family) => family.dangerous > 0 && family.recalled / family.dangerous < 0.95)
  expect(weak.map((family) => family.family)).toEqual([])
})

test('the Wilson interval agrees with published values', () => {
  const { low, high } = wilson95(8, 10)
  expect(low).toBeCloseTo(0.4902, 3)
  expect(high).toBeCloseTo(0.9433, 3)
  expect(wilson95(0, 0)).toEqual({ low: 0, high: 1 })
})
