import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { downloads } from '#plugins/build'
import { testServer, type TestServer } from './test-server.ts'

let folder: string
let server: TestServer
let bare: TestServer
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'writ-downloads-'))
  for (const [name, bytes] of await downloads()) writeFileSync(join(folder, name), bytes)
  server = await testServer([], { downloads: folder })
  bare = await testServer([], { downloads: null })
})
afterAll(async () => {
  await server.close()
  await bare.close()
  rmSync(folder, { recursive: true, force: true })
})

const get = (name: string, init?: RequestInit): Promise<Response> => fetch(`${server.url}/downloads/${name}`, init)

test('the index tells every file with its digest, and each is what it says', async () => {
  const { files } = (await (await get('index.json')).json()) as {
    files: { name: string; bytes: number; sha256: string }[]
  }
  expect(files.map(({ name }) => name)).toContain('writ.mcpb')
  for (const { name, bytes, sha256 } of files) {
    const response = await get(name)
    const body = Buffer.from(await response.arrayBuffer())
    expect([name, body.length]).toEqual([name, bytes])
    expect(createHash('sha256').update(body).digest('hex')).toBe(sha256)
    expect(response.headers.get('etag')).toBe(`"${sha256}"`)
  }
})

test('a bundle is a file to keep, never a page', async () => {
  const { headers } = await get('writ.mcpb', { method: 'HEAD' })
  expect(Object.fromEntries(headers)).toMatchObject({
    'content-type': 'application/zip',
    'content-disposition': 'attachment; filename="writ.mcpb"',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'cross-origin-resource-policy': 'same-origin',
  })
  expect((await get('writ.mcpb', { headers: { 'If-None-Match': headers.get('etag') ?? '' } })).status).toBe(304)
})

test.each(['..%2f..%2fpackage.json', '%2e%2e/package.json', 'WRIT.MCPB', 'writ.mcpb/', 'none'])(
  '%s: 404',
  async (name) => {
    expect((await get(name)).status).toBe(404)
  },
)

test('405 for what does not read; 404 with the reason where nothing was built', async () => {
  expect((await get('writ.mcpb', { method: 'POST' })).status).toBe(405)
  const response = await fetch(`${bare.url}/downloads/index.json`)
  expect([response.status, await response.text()]).toEqual([404, expect.stringContaining('npm run build:plugins')])
})
