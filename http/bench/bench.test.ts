import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { crashRounds, crashRow, crashSentence } from './crash-rounds.ts'
import { postgresProblem } from './databases.ts'
import { guardRequests } from './guard-requests.ts'
import { jsonPost, plainGet, runLoad } from './load.ts'
import { markdownTable, middle, percentile, ratioRow, textTable, type Row } from './rows.ts'
import { corporaSection } from './section-corpora.ts'
import { evaluateSection } from './section-evaluate.ts'
import { fleetReadsSection } from './section-fleet-reads.ts'
import { guardSection } from './section-guard.ts'
import { historySection } from './section-history.ts'
import { memorySection } from './section-memory.ts'
import { surfaceSection } from './section-surface.ts'
import { wakingSection } from './section-waking.ts'

/** Real servers in processes of their own; nothing here asserts a time. */
const SLOW = { timeout: 180_000 }

let server: Server | undefined
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
})

async function serve(answer: (body: string, turn: number) => { status?: number; parts: readonly string[] }) {
  let turn = 0
  server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (text: string) => (body += text))
    request.on('end', () => {
      const { status = 200, parts } = answer(body, (turn += 1))
      const [only = ''] = parts
      response.writeHead(status, parts.length === 1 ? { 'Content-Length': Buffer.byteLength(only) } : {})
      for (const part of parts) response.write(part)
      response.end()
    })
  })
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function measured(rows: readonly Row[], ...names: string[]): void {
  for (const name of names) {
    const found = rows.filter((row) => row.name.startsWith(name)).map(({ reached }) => reached)
    expect({ name, found }).toEqual({ name, found: [expect.stringMatching(/\d/), ...found.slice(1)] })
  }
  for (const row of rows) expect(row.reached).not.toMatch(/NaN|unknown|Infinity/)
}

test('the load client sends each request in turn and hands over whole bodies, chunked or not', async () => {
  const url = await serve((body, turn) =>
    turn % 2 === 0 ? { parts: [body] } : { parts: [body.slice(0, 5), body.slice(5)] },
  )
  const bodies = Array.from({ length: 7 }, (_, n) => ({ n, text: `zwölf ${'x'.repeat(n * 9_000)}` }))
  const got: unknown[] = []
  const figures = await runLoad({
    url,
    requests: bodies.map((body) => jsonPost(`${url}/echo?a=1`, body)),
    connections: 1,
    total: 14,
    onAnswer: ({ body }) => got.push(JSON.parse(body())),
  })
  expect(got).toEqual([...bodies, ...bodies])
  expect(figures).toMatchObject({ answers: 14, refused: 0, broken: 0 })
  expect(figures.p99).toBeGreaterThanOrEqual(figures.p50)
})

test('the load client counts refusals and broken connections, and says what its caller threw', async () => {
  const url = await serve((_, turn) => ({ status: turn % 2 === 0 ? 503 : 200, parts: ['{}'] }))
  const requests = [plainGet(`${url}/`)]
  expect(await runLoad({ url, requests, connections: 2, total: 10 })).toMatchObject({ answers: 10, refused: 5 })
  const stopped = runLoad({ url, requests, connections: 3, seconds: 60, onAnswer: () => server?.closeAllConnections() })
  expect((await stopped).broken).toBe(3)
  const onAnswer = () => {
    throw new Error('not what was hoped for')
  }
  await expect(runLoad({ url, requests, connections: 1, total: 1, onAnswer })).rejects.toThrow('not what was hoped for')
})

test('medians, percentiles and verdicts', () => {
  expect(middle([9, 1, 5])).toBe(5)
  expect(middle([4, 1, 2, 9])).toBe(3)
  expect(percentile([5, 1, 3, 2, 4], 0.99)).toBe(5)
  const rows = [ratioRow('a | b', 1.49, { least: 1.5 }), ratioRow('c', 1.2, { most: 1.2 }, 'why')]
  expect(rows.map(({ ok }) => ok)).toEqual([false, true])
  expect(textTable(rows)).toContain('- c: why')
  expect(markdownTable(rows).split('\n')).toContain('| a \\| b | 1.49 x | >= 1.5 x | NO |')
})

test('most guard requests differ, and all carry evidence', () => {
  const requests = guardRequests()
  expect(new Set(requests.map((request) => JSON.stringify(request))).size).toBeGreaterThan(requests.length / 2)
  for (const { act } of requests) expect(act).toMatchObject({ kind: 'shell', command: expect.any(String) })
})

test('guard section: the echo and a durable server answer everything', SLOW, async () => {
  const plan = {
    engines: ['embedded'] as const,
    policies: 20,
    connections: 4,
    warmSeconds: 0.2,
    rounds: 1,
    seconds: 1,
    rivals: false,
  }
  measured(await guardSection(plan), 'guard, embedded with fsync / Express echo', 'echo: p50', 'embedded: p50')
})

test('evaluate section', async () => {
  const rows = await evaluateSection({ sizes: [5, 10, 20], roundMs: 5, rounds: 2, rivals: false })
  measured(rows, 'evaluate with 20 policies / with 5', 'evaluations a second')
})

test('waking section: every waiting client is told of every approval', SLOW, async () => {
  const rows = await wakingSection({ engine: 'embedded', approvals: 2, clients: 3 })
  measured(rows, 'approval committed to told', 'the same, the last of 3 clients')
})

test('history section: the seeded history is listed, read and paged through to its depth', SLOW, async () => {
  const plan = {
    engine: 'embedded',
    decisions: 2_500,
    connections: 2,
    warmSeconds: 0.2,
    rounds: 1,
    seconds: 1,
  } as const
  measured(await historySection(plan), 'history seeded', 'list with', 'get with', 'guard with', 'keyset page')
})

const noPostgres = await postgresProblem()
test.skipIf(noPostgres !== undefined)(
  'a fleet: its seeded sums are those of its events, and every read is answered',
  SLOW,
  async () => {
    const [large, small] = [
      { agents: 60, events: 6_000 },
      { agents: 30, events: 1_000 },
    ]
    const rows = await fleetReadsSection({ large, small, connections: 2, rounds: 1, requests: 5 })
    const sums = rows.filter(({ name }) => name.startsWith('sums that differ'))
    expect(sums.map(({ ok }) => ok)).toEqual([true, true])
    measured(
      rows,
      'fleet of 60 agents, seeded',
      'fleet, first page',
      'costs of all, 30 d',
      'Clawmit: agents, last page',
    )
  },
)

test('memory section', SLOW, async () => {
  const rows = await memorySection({ engine: 'embedded', seconds: 2.5, connections: 2, policies: 5 })
  measured(rows, ...(process.platform === 'linux' ? ['resident memory', 'growth'] : []))
})

test('corpora and surface sections reach their goals', async () => {
  const rows = [...(await corporaSection()), ...surfaceSection()]
  measured(rows, 'evidence: dangerous acts recalled', 'injection, Unseen text', 'injection, whole corpus', 'MCP')
  expect(rows.filter(({ ok }) => ok === false)).toEqual([])
})

test('kill -9 under load: nothing acknowledged is lost and the ledger verifies', SLOW, async () => {
  const figures = await crashRounds({ engine: 'embedded', rounds: 2, connections: 4 })
  expect(figures).toMatchObject({ lost: 0, verified: 2, rounds: 2 })
  expect(figures.acknowledged).toBeGreaterThan(0)
  expect(crashSentence(figures)).toContain(`lost 0 of ${figures.acknowledged} acknowledged in 2 rounds`)
  expect(crashRow(figures).ok).toBe(true)
})
