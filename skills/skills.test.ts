import { existsSync, readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { z } from 'zod'
import { describe, expect, test } from 'vitest'
import type { Operation } from '#core/kernel/operation'
import { operations } from '#core/registry.gen'
import { skillFiles, skillNames } from './pack.ts'
import { codeOf, type Span } from './test-code.ts'
import { commandProblem, environment, kindOf } from './test-known.ts'

const texts = skillNames().flatMap((name) =>
  [...skillFiles(name)]
    .filter(([path]) => path.endsWith('.md') && !path.endsWith('operations.md'))
    .map(([path, bytes]) => ({ skill: name, path, ...codeOf(path, Buffer.from(bytes).toString('utf8')) })),
)
const spans = texts.flatMap((one) => one.spans)
const lines = texts.flatMap(({ blocks }) => blocks.filter(({ language }) => language === 'sh').flatMap(linesOf))

function linesOf({ file, text }: Span): Span[] {
  return text
    .split('\n')
    .map((line) => ({ file, text: line.replace(/ # .*$/, '').trim() }))
    .filter((line) => line.text !== '')
}

test('every word that a skill shows as code exists', () => {
  expect(spans.length).toBeGreaterThan(150)
  expect(spans.filter((span) => kindOf(span.text) === null).map(({ file, text }) => `${file}: ${text}`)).toEqual([])
  const counts = Object.groupBy(spans, (span) => kindOf(span.text) ?? '')
  expect(Object.keys(counts)).toEqual(
    expect.arrayContaining(['command', 'tool', 'operation', 'path', 'environment', 'fault', 'word']),
  )
})

test('the check finds what does not exist', () => {
  for (const text of [
    'writ frobnicate',
    'writ guard --no-such',
    'writ approve',
    'writ_nothing',
    'guard_nothing',
    '/api/nothing',
    'WRIT_NOTHING',
    'no_such_field',
  ]) {
    expect([text, kindOf(text)]).toEqual([text, null])
  }
})

test('every command line in a block is one of the program, or runs a script that is there', () => {
  expect(lines.length).toBeGreaterThan(3)
  expect(
    lines.map(({ file, text }) => [file, text, lineProblem(text)]).filter(([, , problem]) => problem !== null),
  ).toEqual([])
})

function lineProblem(text: string): string | null {
  const script = /^node scripts\/([\w-]+\.mjs)/.exec(text)?.[1]
  const variable = /^export (\w+)=/.exec(text)?.[1]
  if (script) return existsSync(new URL(`writ-platform/scripts/${script}`, import.meta.url)) ? null : 'no such script'
  if (variable) return environment.has(variable) ? null : 'no such setting'
  return commandProblem(text)
}

test('every example of JSON is what guard takes', () => {
  const guard = operations.find(({ name }) => name === 'guard_evaluate') as Operation
  const examples = texts.flatMap(({ blocks }) => blocks.filter(({ language }) => language === 'json'))
  expect(examples.length).toBeGreaterThan(0)
  for (const { text } of examples)
    expect(z.strictObject(guard.input.shape).safeParse(JSON.parse(text)).error).toBeUndefined()
})

describe.each(skillNames())('%s', (name) => {
  const own = texts.filter(({ skill }) => skill === name)
  const source = readFileSync(new URL(`${name}/SKILL.md`, import.meta.url), 'utf8')

  test('has the front matter that hosts read, and is short enough to be read whole', () => {
    const head = parse(/^---\n([\s\S]*?)\n---\n/.exec(source)?.[1] ?? '') as Record<string, string>
    expect(Object.keys(head)).toEqual(['name', 'description'])
    expect(head['name']).toBe(name)
    expect(head['description']?.length).toBeGreaterThan(80)
    expect(head['description']?.length).toBeLessThanOrEqual(1024)
    expect(source.split('\n').length).toBeLessThan(150)
  })

  test('links only to files it has', () => {
    const files = [...skillFiles(name).keys()]
    const links = [...source.matchAll(/\]\(([^)]+)\)/g)].map((match) => `${name}/${match[1]}`)
    expect(links.length).toBeGreaterThan(0)
    for (const link of links) expect(files).toContain(link)
    expect(own.length).toBeGreaterThan(1)
  })
})
