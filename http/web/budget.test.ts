import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { beforeAll, expect, test } from 'vitest'
import { buildWhenStale } from './build.ts'

const dist = fileURLToPath(new URL('./dist/', import.meta.url))
beforeAll(() => buildWhenStale(), 120_000)

/** Scripts the first page waits for: those in its HTML, and what they import when they start. */
function firstScripts(): string[] {
  const html = readFileSync(`${dist}index.html`, 'utf8')
  const found = new Set<string>()
  const visit = (path: string): void => {
    if (found.has(path)) return
    found.add(path)
    const source = readFileSync(dist + path, 'utf8')
    for (const [, name = ''] of source.matchAll(/(?:from|import)\s*"\.\/([\w.-]+\.js)"/g)) visit(`assets/${name}`)
  }
  for (const [, path = ''] of html.matchAll(/(?:src|href)="\/([\w./-]+\.js)"/g)) visit(path)
  return [...found]
}

test('the first page waits for at most 100 kB of compressed script', () => {
  const sizes = firstScripts().map((path) => {
    const source = readFileSync(dist + path)
    return { path, brotli: brotliCompressSync(source).length, gzip: gzipSync(source, { level: 9 }).length }
  })
  const sum = (kind: 'brotli' | 'gzip'): number => Math.round(sizes.reduce((all, size) => all + size[kind], 0) / 1000)
  process.stdout.write(`first page: ${sum('brotli')} kB of script by brotli, ${sum('gzip')} kB by gzip\n`)
  expect(sizes.length).toBeGreaterThan(1)
  expect(sum('brotli')).toBeLessThanOrEqual(100)
  expect(sum('gzip')).toBeLessThanOrEqual(120)
})

test('the editor, its languages and the code for the second factor are no part of it', () => {
  const first = firstScripts()
    .map((path) => readFileSync(dist + path, 'utf8'))
    .join('')
  expect(first).not.toMatch(/cm-editor|yaml\.org,2002/)
})

test('no file of the build evaluates text, writes styles into the page or calls another server', () => {
  for (const name of readdirSync(`${dist}assets`).filter((one) => one.endsWith('.js'))) {
    const source = readFileSync(`${dist}assets/${name}`, 'utf8')
    expect([name, /\beval\(|new Function\(/.test(source)]).toEqual([name, false])
  }
})
