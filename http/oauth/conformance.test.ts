import { spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestBrowser } from './test-browser.ts'
import { RawClient, print } from './test-client.ts'
import { oauthTestServer, type OAuthTestServer } from './test-oauth.ts'

const program = createRequire(import.meta.url).resolve('@modelcontextprotocol/conformance/dist/index.js')

let server: OAuthTestServer
beforeAll(async () => {
  server = await oauthTestServer()
})
afterAll(() => server.close())

interface Check {
  readonly id: string
  readonly status: string
  readonly errorMessage?: string
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  await new Promise((closed) => probe.close(closed))
  return port
}

/** Runs the suite's scenarios for authorization servers; where it waits for a person, one agrees. */
async function runSuite(): Promise<{ code: number | null; checks: Map<string, readonly Check[]>; output: string }> {
  const directory = await mkdtemp(join(tmpdir(), 'writ-authorization-'))
  const port = await freePort()
  const { id } = await RawClient.register(server, { redirect_uris: [`http://127.0.0.1:${port}/callback`] })
  const browser = new TestBrowser(server.url, await server.person())
  const named = ['--url', server.url, '--client-id', id, '--resource', `${server.url}/mcp`, '--port', String(port)]
  const child = spawn(process.execPath, [program, 'authorization', ...named, '-o', directory])
  let output = ''
  const visited = new Set<string>()
  const read = (chunk: Buffer): void => {
    output += chunk.toString()
    const url = /http:\/\/\S+\/oauth\/authorize\?\S+/.exec(output)?.[0]
    if (url === undefined || visited.has(url) || !output.includes(`${url}\n`)) return
    visited.add(url)
    // The callback is the suite's own listener.
    void browser.allow(url).then((back) => fetch(back))
  }
  child.stdout.on('data', read)
  child.stderr.on('data', read)
  const [code] = (await once(child, 'close')) as [number | null]
  const checks = new Map<string, readonly Check[]>()
  for (const folder of await readdir(directory)) {
    checks.set(folder, JSON.parse(await readFile(join(directory, folder, 'checks.json'), 'utf8')) as readonly Check[])
  }
  await rm(directory, { recursive: true, force: true })
  return { code, checks, output }
}

test('the official suite: metadata and code grant without failures and warnings', { timeout: 120_000 }, async () => {
  const { code, checks, output } = await runSuite()
  const scenarios = [...checks.keys()]
  const ran = ['metadata', 'code-grant'].filter((part) => scenarios.some((one) => one.includes(part)))
  expect([ran, output]).toEqual([['metadata', 'code-grant'], output])
  const all = [...checks.values()].flat()
  const bad = all.filter(({ status }) => status === 'FAILURE' || status === 'WARNING')
  expect(bad.map(({ id, errorMessage }) => `${id}: ${errorMessage ?? ''}`)).toEqual([])
  expect(code).toBe(0)
  print(`authorization conformance: ${all.length} of ${all.length} checks, ${scenarios.length} scenarios`)
})
