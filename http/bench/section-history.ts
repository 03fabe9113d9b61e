import { openDatabase } from '#core/db/index'
import { join } from 'node:path'
import { call } from './api.ts'
import type { Engine } from './databases.ts'
import { guardPosts } from './guard-requests.ts'
import { plainGet } from './load.ts'
import { interleaved, type RoundsPlan, type Target } from './rounds.ts'
import { factRow, ratioRow, round, type Row } from './rows.ts'
import { seedDecisions } from './seed-decisions.ts'
import { writServer, type WritServer } from './writ-server.ts'

export interface HistoryPlan extends RoundsPlan {
  readonly engine: Engine
  readonly decisions: number
}

const PAGE = 50
/** What the other server holds: enough that its pages are full too. */
const FEW = 1_000

interface Page {
  readonly decisions: readonly { readonly id: string }[]
  readonly next_cursor: string | null
}

/** The same calls on a server with a long history and on one with next to none; then first and deep page of the long one. */
export async function historySection(plan: HistoryPlan): Promise<Row[]> {
  const { engine, decisions } = plan
  const long = await writServer(engine)
  try {
    const short = await writServer(engine)
    try {
      const started = performance.now()
      await long.restart(() => seed(long, decisions))
      const seconds = (performance.now() - started) / 1000
      await short.restart(() => seed(short, FEW))
      return [
        factRow(
          `history seeded (${engine})`,
          `${decisions} decisions in ${round(seconds)} s, the other server has ${FEW}`,
        ),
        ...(await compared(long, short, plan)),
        await pages(long, plan),
      ]
    } finally {
      await short.remove()
    }
  } finally {
    await long.remove()
  }
}

async function seed({ place }: WritServer, count: number): Promise<void> {
  const handle = await openDatabase(
    place.url === undefined ? { dataDir: join(place.home, 'data') } : { url: place.url },
  )
  try {
    await seedDecisions(handle, count)
  } finally {
    await handle.close()
  }
}

async function compared(long: WritServer, short: WritServer, plan: HistoryPlan): Promise<Row[]> {
  const rows: Row[] = []
  const kinds: [name: string, requests: (server: WritServer) => Promise<readonly Buffer[]>][] = [
    ['list', (server) => Promise.resolve([get(server, `/api/guard/decisions?limit=${PAGE}`)])],
    ['get', async (server) => (await someIds(server)).map((id) => get(server, `/api/guard/decisions/${id}`))],
    ['guard', (server) => Promise.resolve(guardPosts(server.url, server.adminKey))],
  ]
  for (const [name, requestsOf] of kinds) {
    const target = async (server: WritServer, called: string): Promise<Target> => ({
      name: called,
      program: server.program,
      requests: await requestsOf(server),
    })
    const [one, other] = await interleaved([await target(long, 'long'), await target(short, 'short')], plan)
    if (!one || !other || one.refused + other.refused > 0) throw new Error(`${name} was refused under load.`)
    const what = `${name} with ${plan.decisions} decisions / with few, time a request (${plan.engine})`
    const note = `p50 ${round(one.p50)} against ${round(other.p50)} ms`
    rows.push(ratioRow(what, other.perSecond / one.perSecond, { most: 1.2 }, note))
  }
  return rows
}

async function pages(server: WritServer, plan: HistoryPlan): Promise<Row> {
  const deep = get(server, `/api/guard/decisions?limit=${PAGE}&cursor=${await deepCursor(server, plan.decisions)}`)
  const first = get(server, `/api/guard/decisions?limit=${PAGE}`)
  const target = (name: string, request: Buffer): Target => ({ name, program: server.program, requests: [request] })
  const [a, b] = await interleaved([target('first', first), target('deep', deep)], plan)
  if (!a || !b || a.refused + b.refused > 0) throw new Error('A page was refused under load.')
  const slower = Math.max(a.perSecond, b.perSecond) / Math.min(a.perSecond, b.perSecond)
  const note = `p50 ${round(a.p50)} and ${round(b.p50)} ms`
  return ratioRow(`keyset page, slower of first and deep / quicker (${plan.engine})`, slower, { most: 2 }, note)
}

/** Walks back over nine tenths of the history, as a reader of all of it would. */
async function deepCursor({ url, adminKey }: WritServer, decisions: number): Promise<string> {
  const limit = Math.min(1000, Math.ceil(decisions / 10))
  let cursor = ''
  for (let seen = 0; seen < decisions * 0.9; seen += limit) {
    const page = await call<Page>(url, adminKey, `/api/guard/decisions?limit=${limit}${cursor && `&cursor=${cursor}`}`)
    if (page.next_cursor === null) throw new Error('The history ended before its deep page.')
    cursor = encodeURIComponent(page.next_cursor)
  }
  return cursor
}

async function someIds({ url, adminKey }: WritServer): Promise<string[]> {
  const { decisions } = await call<Page>(url, adminKey, '/api/guard/decisions?limit=200')
  return decisions.map(({ id }) => id)
}

const get = ({ url, adminKey }: WritServer, path: string): Buffer => plainGet(url + path, { 'x-api-key': adminKey })
