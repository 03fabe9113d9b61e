import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const matrix = readFileSync(new URL('README.md', import.meta.url), 'utf8')
const rows = matrix.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| Case'))
const named = rows.flatMap((row) =>
  [...row.matchAll(/`([\w/-]+\.test\.ts)` › (.+?)(?=<br>| \|$)/g)].map(([, file, title]) => [file, title] as const),
)

test.each(named)('%s has the test "%s"', (file, title) => {
  const text = readFileSync(new URL(`../${file}`, import.meta.url), 'utf8')
  expect(text).toContain(`'${title}'`)
})

test('every row of the matrix names what proves it, or says that nothing can', () => {
  const bare = rows.filter((row) => !row.includes('.test.ts` › '))
  expect(bare).toEqual(['| any call of another connector | cannot be held: there are no hooks | – |'])
  expect(named.length).toBeGreaterThan(rows.length - 1)
})
