import { gzipSync } from 'node:zlib'
import { sql } from 'kysely'
import { expect } from 'vitest'
import type { Runtime } from '#core/kernel/runtime'

/** One request that has to be refused. */
export interface Bad {
  readonly name: string
  /** `POST /events` */
  readonly request: string
  /** JSON, or what is sent as it is: text and bytes. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly status: number
  /** Part of what the caller is told: the field, and what is allowed. */
  readonly says?: string
}

/** Where requests go and how a refusal is told there. */
export interface Surface {
  readonly name: string
  readonly base: string
  readonly headers: Readonly<Record<string, string>>
  /** The words of a refusal. Fails when it has not the shape of this surface. */
  words(body: unknown, status: number): string
}

/** Text that is JSON already, as `1e999` is, which no value of JavaScript is written as. */
export class Raw {
  readonly bytes: string | Buffer
  constructor(bytes: string | Buffer) {
    this.bytes = bytes
  }
}

/** Tables that a refused call may write to: what counts calls and attempts. */
const COUNTERS = new Set(['rate_usage', 'request_day', 'sign_in_attempt', 'rate_counter'])
/** Rows that note when they were last used. */
const TOUCHED = new Set(['api_key', 'account_session'])

/** What every table holds, by its name: the number of rows and a digest of them. */
export async function stored({ db }: Runtime): Promise<Readonly<Record<string, string>>> {
  const { rows: tables } = await sql<{ name: string }>`
    select tablename as name from pg_tables where schemaname = current_schema() order by tablename`.execute(db)
  const parts = tables
    .filter(({ name }) => !COUNTERS.has(name))
    .map(({ name }) => {
      const digest = TOUCHED.has(name) ? sql`''` : sql`md5(coalesce(string_agg(t::text, '|' order by t::text), ''))`
      return sql`select ${sql.lit(name)} as name, count(*) || ' ' || ${digest} as holds from ${sql.table(name)} as t`
    })
  const { rows } = await sql<{ name: string; holds: string }>`${sql.join(parts, sql` union all `)}`.execute(db)
  return Object.fromEntries(rows.map(({ name, holds }) => [name, holds]))
}

async function send({ base, headers }: Surface, bad: Bad): Promise<{ status: number; body: unknown }> {
  const [method = '', ...path] = bad.request.split(' ')
  const { body } = bad
  const response = await fetch(`${base}${path.join(' ')}`, {
    method,
    headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...bad.headers },
    ...(body === undefined ? {} : { body: bytesOf(body) }),
  })
  const text = await response.text()
  return { status: response.status, body: text === '' ? null : (JSON.parse(text) as unknown) }
}

function bytesOf(body: unknown): string | Uint8Array<ArrayBuffer> {
  if (!(body instanceof Raw)) return JSON.stringify(body)
  return typeof body.bytes === 'string' ? body.bytes : new Uint8Array(body.bytes)
}

/** Sends each, and answers those that were not refused as they should have been; prints how many were. */
export async function refuseAll(runtime: Runtime, surface: Surface, rows: readonly Bad[]): Promise<void> {
  const problems: string[] = []
  const before = await stored(runtime)
  for (const bad of rows) {
    const { status, body } = await send(surface, bad)
    const at = `${bad.name} (${bad.request})`
    if (status !== bad.status) problems.push(`${at}: ${status} instead of ${bad.status}: ${shown(body)}`)
    else if (!surface.words(body, status).includes(bad.says ?? '')) {
      problems.push(`${at}: does not tell of "${bad.says}": ${shown(body)}`)
    }
    if (Object.hasOwn(Object.prototype, 'polluted')) problems.push(`${at}: reached a prototype`)
  }
  const after = await stored(runtime)
  const changed = Object.keys(after).filter((name) => after[name] !== before[name])
  const refused = rows.length - problems.length
  process.stdout.write(
    `bad input, ${surface.name}: ${refused} of ${rows.length} refused, stored ${changed.length === 0 ? 0 : changed.join(', ')}\n`,
  )
  expect(problems).toEqual([])
  expect(changed).toEqual([])
}

const shown = (body: unknown): string => JSON.stringify(body).slice(0, 300)

const BOMB = gzipSync(Buffer.alloc(60 * 1024 * 1024))

const gzip = { 'content-encoding': 'gzip' }

/** What can be wrong with any body, whatever it should say. `field` takes any value inside `good`. */
export function brokenBodies(request: string, good: object, field: string): Bad[] {
  const text = JSON.stringify(good)
  const within = (value: string): Raw => new Raw(`${text.slice(0, -1)},"${field}":${value}}`)
  return [...unreadable(text, good), ...notJson(text, within), ...hostile(text, within)].map((row) => ({
    request,
    ...row,
  }))
}

type Row = Omit<Bad, 'request'>

function unreadable(text: string, good: object): Row[] {
  const packed = gzipSync(text)
  const typed = (name: string, type: string, says: string): Row => ({
    name,
    body: good,
    headers: { 'content-type': type },
    status: 400,
    says,
  })
  return [
    typed('another type', 'text/plain', 'content-type'),
    typed('a form', 'application/x-www-form-urlencoded', 'content-type'),
    typed('another charset', 'application/json; charset=utf-16', 'UTF-8'),
    { name: 'half an archive', body: new Raw(packed.subarray(0, packed.length - 12)), headers: gzip, status: 400 },
    { name: 'no archive', body: new Raw(text), headers: gzip, status: 400 },
    { name: 'an unknown packing', body: good, headers: { 'content-encoding': 'zstd' }, status: 400, says: 'gzip' },
    { name: 'a bomb', body: new Raw(BOMB), headers: gzip, status: 413 },
  ]
}

function notJson(text: string, within: (value: string) => Raw): Row[] {
  const noUtf8 = Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')])
  return [
    { name: 'no JSON', body: new Raw('{"a":'), status: 400, says: 'JSON' },
    { name: 'NaN', body: within('NaN'), status: 400, says: 'JSON' },
    { name: 'a comment', body: new Raw(`${text} // x`), status: 400, says: 'JSON' },
    { name: 'two values', body: new Raw(`${text}${text}`), status: 400, says: 'JSON' },
    { name: 'no UTF-8', body: new Raw(noUtf8), status: 400 },
    { name: 'null', body: new Raw('null'), status: 400 },
    { name: 'a number', body: new Raw('5'), status: 400 },
    { name: 'a text', body: new Raw('"x"'), status: 400 },
    { name: 'an empty list', body: new Raw('[]'), status: 400 },
    { name: 'nothing', body: new Raw(''), status: 400 },
  ]
}

function hostile(text: string, within: (value: string) => Raw): Row[] {
  const nested = `${'['.repeat(50_000)}${']'.repeat(50_000)}`
  const prototype = new Raw(`${text.slice(0, -1)},"__proto__":{"polluted":true}}`)
  return [
    { name: 'nested without end', body: within(`{"x":${nested}}`), status: 400, says: 'nested deeper' },
    { name: 'a prototype', body: prototype, status: 400, says: '__proto__' },
    { name: 'a prototype inside', body: within('{"__proto__":{"polluted":true}}'), status: 400, says: '__proto__' },
    { name: 'NUL', body: within(String.raw`{"x":"a\u0000b"}`), status: 400, says: 'NUL' },
    { name: 'a lone surrogate', body: within(String.raw`{"x":"\ud800"}`), status: 400, says: 'surrogate' },
  ]
}
