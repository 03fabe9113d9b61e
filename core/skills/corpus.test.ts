import { beforeAll, expect, test } from 'vitest'
import { loadSqlParser } from '#core/evidence/index'
import { scanSkill } from './scan.rules.ts'
import { samples } from './test-samples.ts'

beforeAll(() => loadSqlParser())

const families = ['malicious', 'malicious-heldout', 'malicious-heldout-2', 'benign', 'benign-heldout'] as const
const scanned = families.map((family) => ({
  family,
  skills: samples(family).map(({ name, files }) => ({ name, scan: scanSkill(files) })),
}))
const all = (kind: 'malicious' | 'benign') =>
  scanned.filter(({ family }) => family.startsWith(kind)).flatMap(({ skills }) => skills)

// The rules were tuned on every sample once its first figure stood (README): a floor, no estimate for unseen skills.
test('the corpus is large enough to mean something', () => {
  expect(all('malicious').length).toBeGreaterThanOrEqual(50)
  expect(all('benign').length).toBeGreaterThanOrEqual(35)
})

test('every malicious skill is caught, no harmless one is called dangerous', () => {
  for (const { family, skills } of scanned) {
    const count = (verdict: string): number => skills.filter(({ scan }) => scan.verdict === verdict).length
    const [dangerous, review] = [count('dangerous'), count('review')]
    process.stdout.write(`skills ${family.padEnd(18)} ${dangerous} dangerous, ${review} review of ${skills.length}\n`)
  }
  const caught = all('malicious').filter(({ scan }) => scan.verdict === 'dangerous')
  const flagged = all('benign').filter(({ scan }) => scan.verdict === 'dangerous')
  process.stdout.write(`malicious caught: ${caught.length} of ${all('malicious').length}; `)
  process.stdout.write(`harmless called dangerous: ${flagged.length} of ${all('benign').length}\n`)
  expect(all('malicious').filter(({ scan }) => scan.verdict === 'safe')).toEqual([])
  expect(caught.length / all('malicious').length).toBeGreaterThan(0.95)
  expect(flagged.map(({ name }) => name)).toEqual([])
})

test('four of five harmless skills are safe without a look', () => {
  expect(all('benign').filter(({ scan }) => scan.verdict === 'safe').length / all('benign').length).toBeGreaterThan(0.8)
})
