import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parseLine } from './corpus.rules.ts'
import { expandBraces } from './shell-brace.rules.ts'
import { gradeShell } from './shell.rules.ts'
import { charge, LIMITS, TooMuchWork } from './shell-state.rules.ts'

const LENGTH = 8192
const fill = (piece: string, before = '', after = ''): string =>
  before + piece.repeat(Math.floor((LENGTH - before.length - after.length) / piece.length)) + after

const isGivenUp = (command: string): boolean =>
  gradeShell(command).reasons.some(({ code }) => code === 'shell.too_much_work')

/** Without a limit each of these asks for memory or time that grows as a power of its length. */
const EXPLOSIVE: readonly (readonly [name: string, command: string])[] = [
  ['a doubled variable', fill('a=$a$a;', 'a=x;', '$a')],
  ['a doubled list', fill('a=("${a[@]}" "${a[@]}");', 'a=(x y);', 'rm "${a[@]}"')],
  ['a replacement that grows', fill('a=${a//x/xxxxxxxxxx};', 'a=xx;', '$a')],
  ['a text replaced by itself', fill('b=${a//x/$a};$b;', `a=${'x'.repeat(4000)};`)],
  ['a filter that grows', fill('|sed s/a/aaaaaaaaaaaaaaaaaaaa/g', `echo ${'a'.repeat(4000)}`, '|sh')],
  ['arguments given again and again', fill('rm $@;', `set -- ${'a '.repeat(2000)};`)],
  ['brace groups side by side', fill('{a,b}', 'rm ')],
  ['searches that run searches', fill('find . -exec ')],
  ['wrappers in wrappers', fill('env ', '', 'rm -rf /')],
  ['defaults in defaults', fill('${a:-')],
  ['sums in sums', fill('$((')],
]

describe('a text that expands without end is given up, as grave as can be', () => {
  test.each(EXPLOSIVE)('%s', (_name, command) => {
    const grade = gradeShell(command)
    expect(grade.danger).toBe('catastrophic')
    expect(isGivenUp(command)).toBe(true)
  })
})

test('a walk that is given up keeps what it found before', () => {
  const grade = gradeShell(`rm -rf /; sudo sh -c '${'a=$a$a;'.repeat(60)}'`)
  expect(grade.reasons.map(({ code }) => code)).toContain('shell.too_much_work')
  expect(grade.reasons.some(({ span }) => span?.startsWith('rm -rf /'))).toBe(true)
  expect(grade.danger).toBe('catastrophic')
})

test.each([
  ['many arguments', fill('src/file-name.ts ', 'git add ')],
  ['many commands', fill('echo "step $N of $TOTAL" >> build.log\n').slice(0, 4000)],
  [
    'a long text',
    `cat > notes.md <<'END'\n${fill('A line of ordinary prose, with $ and (brackets).\n').slice(0, 7800)}\nEND`,
  ],
  ['a long message', `git commit -m "${fill('Fixes the parser for $(nested) things. ').slice(0, 6000)}"`],
  ['a loop over files', `for f in ${fill('a/b.txt ').slice(0, 4000)}; do wc -l "$f"; done`],
  ['a few braces', 'mkdir -p app/{core,http,web}/{src,test,docs}/{a,b,c,d}'],
])('an honest long command is read to its end: %s', (_name, command) => {
  expect(isGivenUp(command)).toBe(false)
})

test('no harmless command of the corpus comes near the limit', () => {
  const folder = new URL('corpus/shell/', import.meta.url)
  const harmless = readdirSync(folder)
    .flatMap((file) => readFileSync(new URL(file, folder), 'utf8').split('\n').filter(Boolean))
    .map((line) => parseLine('shell', 'shell', line))
    .filter(({ expected }) => expected === 'harmless')
  expect(harmless.length).toBeGreaterThan(500)
  const given = harmless.filter(({ act }) => act.kind === 'shell' && isGivenUp(act.command))
  expect(given).toEqual([])
})

test('what a walk may cost is counted, and the step beyond it is not taken', () => {
  const state = { work: 0 }
  charge(state, LIMITS.work)
  expect(() => charge(state, 1)).toThrow(TooMuchWork)
  let paid = 0
  expandBraces('{a,b}'.repeat(9), (units) => (paid += units))
  const once = paid
  paid = 0
  expandBraces('{a,b}'.repeat(900), (units) => (paid += units))
  // A hundred times the text costs at most about a hundred times as much, since the number of results is bounded.
  expect(paid / once).toBeLessThan(150)
})
