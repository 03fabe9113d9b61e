import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Router } from 'express'
import { Fault } from '#core/kernel/errors'
import { publicCaller } from './answer.ts'
import { Refusal } from './errors.ts'
import type { Exchange } from './exchange.ts'
import { otherMethod } from './rest.ts'
import { securityHeaders } from './send.ts'

interface Download {
  readonly bytes: Buffer
  readonly type: string
  readonly sha256: string
}

/** Where a build puts the bundles of the clients: seen from a build, and from a checkout beside one. */
const places = ['../plugins/downloads/', '../dist/plugins/downloads/']

/** Serves what `npm run build` made for the clients, from memory: a name that is no key here reaches nothing. */
export function downloadsRouter(exchangeOf: (request: IncomingMessage) => Exchange, folder = builtFolder()): Router {
  const router = Router({ caseSensitive: true, strict: true })
  const files = folder === null ? new Map<string, Download>() : readDownloads(folder)
  const answer = async (exchange: Exchange, name: string): Promise<void> => {
    const { limits } = await publicCaller(exchange)
    const found = files.get(name)
    if (found === undefined) throw new Refusal(new Fault('not_found', absent(files)), limits)
    send(exchange, name, { ...found, limits })
  }
  router.get('/downloads/:name', (request) => answer(exchangeOf(request), request.params.name))
  router.all('/downloads/:name', otherMethod(exchangeOf, ['GET', 'HEAD']))
  return router
}

function builtFolder(): string | null {
  const folders = places.map((path) => fileURLToPath(new URL(path, import.meta.url)))
  return folders.find((folder) => existsSync(join(folder, 'SHA256SUMS'))) ?? null
}

function absent(files: ReadonlyMap<string, Download>): string {
  if (files.size === 0) return 'The bundles of the clients are not built: run `npm run build:plugins`.'
  return `There is no such download; there are ${[...files.keys()].join(', ')}.`
}

function readDownloads(folder: string): Map<string, Download> {
  const names = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile())
  const files = new Map(names.map(({ name }) => [name, downloadOf(name, readFileSync(join(folder, name)))]))
  const listed = [...files].map(([name, { bytes, sha256 }]) => ({ name, bytes: bytes.length, sha256 }))
  const index = Buffer.from(JSON.stringify({ files: listed.toSorted((a, b) => a.name.localeCompare(b.name)) }))
  return files.set('index.json', downloadOf('index.json', index))
}

function downloadOf(name: string, bytes: Buffer): Download {
  const type = name.endsWith('.json')
    ? 'application/json; charset=utf-8'
    : name === 'SHA256SUMS'
      ? 'text/plain; charset=utf-8'
      : 'application/zip'
  return { bytes, type, sha256: createHash('sha256').update(bytes).digest('hex') }
}

interface Sent extends Download {
  readonly limits: Readonly<Record<string, string>>
}

function send({ request, response, headers }: Exchange, name: string, { bytes, type, sha256, limits }: Sent): void {
  const etag = `"${sha256}"`
  const isKnown = request.headers['if-none-match'] === etag
  response.writeHead(isKnown ? 304 : 200, {
    ...securityHeaders,
    ...headers,
    ...limits,
    'Cross-Origin-Resource-Policy': 'same-origin',
    // A server of another release has other bytes under the same name.
    'Cache-Control': 'no-cache',
    ETag: etag,
    ...(isKnown
      ? {}
      : {
          'Content-Type': type,
          'Content-Length': String(bytes.length),
          'Repr-Digest': `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`,
          ...(type === 'application/zip' ? { 'Content-Disposition': `attachment; filename="${name}"` } : {}),
        }),
  })
  response.end(request.method === 'HEAD' || isKnown ? undefined : bytes)
}
