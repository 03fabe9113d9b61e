import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Runs on the user's own machine, for addresses the user gave, or measures, or tests. */
const elsewhere =
  /^http\/(client|cli|bench|web)\/|\.test\.tsx?$|\/(test|try)-[^/]+$|^core\/testing\/|^mcp\/fixture\/|\.gen\.ts$|\.d\.ts$/

/** Files that may open connections of their own, and why. */
const doors: Readonly<Record<string, string>> = {
  'http/ports/safe-fetch.ts': 'the one way out of the server',
  'http/ports/dispatchers.ts': 'where its addresses are judged',
  'http/ports/mail.ts': 'SMTP, with the same judgement of addresses',
  'http/upgrade.ts': 'takes sockets that clients open; it opens none',
  'mcp/upstream.ts': "the bridge on the user's machine, to the server the user named",
}

const files = ['core', 'mcp', 'http']
  .flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((path) => `${folder}/${path}`),
  )
  .filter((path) => /\.tsx?$/.test(path) && !elsewhere.test(path))

/** Imports that open connections: whole modules, or single names of those that also listen. */
const modules =
  /from '(undici|axios|got|node-fetch|nodemailer|ws|node:https|node:http2|node:tls|node:dgram|node:dns|node:dns\/promises)'/
const names =
  /import (?!type\b)[^;'"]*\b(request|get|Agent|connect|createConnection|Socket|ClientRequest)\b[^;'"]*from 'node:(http|net)'/
const whole = /import \* as \w+ from 'node:(http|net)'|import \w+ from 'node:(http|net)'/
const globals = /(?<![.#\w'`])fetch\(|(?<!typeof )globalThis\.fetch|\bnew (WebSocket|EventSource)\(/

/** Without comments, and without names that are types only. */
function codeOf(path: string): string {
  return readFileSync(join(root, path), 'utf8')
    .replaceAll(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, '')
    .replaceAll(/\btype \w+/g, '')
}

/** A method of that name is not the global. */
const withoutMethods = (code: string): string => code.replaceAll(/\basync fetch\(/g, '')

test('nothing but the fetch port opens a connection to the outside', () => {
  const opening = files.filter((path) => {
    const code = withoutMethods(codeOf(path))
    return [modules, names, whole, globals].some((pattern) => pattern.test(code))
  })
  expect(opening.toSorted()).toEqual(Object.keys(doors).toSorted())
  expect(files.length).toBeGreaterThan(200)
})

test.each([
  `import { request } from 'node:http'`,
  `import { createServer, request as ask } from 'node:http'`,
  `import http from 'node:http'`,
  `import { connect } from 'node:tls'`,
  `import { fetch as send } from 'undici'`,
  `const answer = await fetch(url)`,
  `new SafeThing(globalThis.fetch)`,
])('it would be noticed: %s', (code) => {
  expect([modules, names, whole, globals].some((pattern) => pattern.test(code))).toBe(true)
})

test.each([
  `import { createServer } from 'node:http'`,
  `import { isIP } from 'node:net'`,
  `readonly fetch: typeof globalThis.fetch`,
  `await runtime.ports.fetch(url)`,
])('it is no door: %s', (code) => {
  expect([modules, names, whole, globals].some((pattern) => pattern.test(code))).toBe(false)
})
