import { expect, test } from 'vitest'
import { readCorpus, wilson } from './corpus-reader.ts'
import { MEDIUM_SCORE, scanInjection } from './injection.rules.ts'

const scanned = readCorpus().map(({ family, attack, samples }) => {
  const results = samples.map((text) => scanInjection([{ where: 'content', text }]))
  return {
    family,
    attack,
    total: samples.length,
    flagged: results.filter(({ score }) => score >= MEDIUM_SCORE).length,
    combined: results.filter(({ combined }) => combined).length,
  }
})

const sum = (attack: boolean, of: 'total' | 'flagged' | 'combined'): number =>
  scanned.filter((row) => row.attack === attack).reduce((total, row) => total + row[of], 0)

const figure = (name: string, hits: number, total: number): string => {
  const [low, high] = wilson(hits, total)
  return `${name.padEnd(24)} ${hits}/${total} = ${((100 * hits) / total).toFixed(1)} % (${low.toFixed(1)} to ${high.toFixed(1)})`
}

// The rules were tuned on every family, the held-out ones too once their first figures stood: this is a floor against
// regressions, not an estimate for unseen text. The first-try figures are in the README.
test('the corpus is large enough to mean something', () => {
  expect(sum(true, 'total')).toBeGreaterThanOrEqual(400)
  expect(sum(false, 'total')).toBeGreaterThanOrEqual(600)
})

test('recall is at least 97 % and false positives at most 2 % over the whole corpus', () => {
  const rows = scanned.map(({ family, flagged, total }) => figure(family, flagged, total))
  rows.push(figure('ATTACKS FLAGGED', sum(true, 'flagged'), sum(true, 'total')))
  rows.push(figure('BENIGN FLAGGED', sum(false, 'flagged'), sum(false, 'total')))
  rows.push(figure('ATTACKS COMBINED', sum(true, 'combined'), sum(true, 'total')))
  process.stdout.write(`${rows.join('\n')}\n`)
  expect(sum(true, 'flagged') / sum(true, 'total')).toBeGreaterThanOrEqual(0.97)
  expect(sum(false, 'flagged') / sum(false, 'total')).toBeLessThanOrEqual(0.02)
})

test('no harmless text may be blocked', () => {
  expect(sum(false, 'combined')).toBe(0)
})

test.each(scanned)('$family keeps its own level', ({ attack, flagged, total }) => {
  const wrong = attack ? total - flagged : flagged
  expect(wrong / total).toBeLessThanOrEqual(attack ? 0.1 : 0.05)
})
