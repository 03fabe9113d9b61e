import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { extname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Fault } from '#core/kernel/errors'
import { Refusal } from './errors.ts'
import type { Exchange } from './exchange.ts'
import { securityHeaders } from './send.ts'

/** The files of the pages in memory: a path that is not a key here reaches nothing. */
export interface Pages {
  /** Answers when the path is one of a page or of its files; false when it is somebody else's. */
  serve(exchange: Exchange, path: string): boolean
}

interface PageFile {
  readonly type: string
  readonly etag: string
  readonly bytes: Buffer
  readonly packed: Readonly<Partial<Record<'br' | 'gzip', Buffer>>>
  /** Its name carries its digest. */
  readonly immutable: boolean
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webmanifest': 'application/manifest+json',
}

/** Everything from this server alone; images may also be written into the page (the code for the second factor). */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "worker-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** All that the pages' own router knows. Anything else stays the server's, so a wrong address is told as a 404. */
const ROUTES =
  /^\/(?:(?:setup|sign-in|invitation|reset|device|oauth-error|keys|members|settings|account|ledger|activity|hosts|fleet|alerts|costs)|consent\/[^/]+|pair\/[^/]+|approvals\/[^/]+|(?:decisions|policies|agents|tasks|webhooks)(?:\/[^/]+)?)?$/

export const isPagePath = (path: string): boolean => ROUTES.test(path)

/** Reads the built pages once; without a build every page says how to make one. */
export function openPages(folder = fileURLToPath(new URL('./web/dist/', import.meta.url))): Pages {
  const files = existsSync(join(folder, 'index.html')) ? readFiles(folder) : new Map<string, PageFile>()
  const shell = files.get('/index.html')
  files.delete('/index.html')
  return {
    serve(exchange, path) {
      const page = isPagePath(path)
      if (!page && !files.has(path)) return false
      const { method } = exchange.request
      if (method !== 'GET' && method !== 'HEAD') {
        const fault = new Fault('method_not_allowed', `${method} is not possible here; use GET, HEAD.`)
        throw new Refusal(fault, { Allow: 'GET, HEAD' })
      }
      const file = page ? shell : files.get(path)
      if (!file) throw new Fault('not_found', 'The web pages are not built: run `npm run build:pages`.')
      sendFile(exchange, file)
      return true
    },
  }
}

function readFiles(folder: string): Map<string, PageFile> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && TYPES[extname(entry.name)] !== undefined)
    .map((entry) => join(entry.parentPath, entry.name))
  return new Map(names.map((name) => [`/${relative(folder, name).replaceAll('\\', '/')}`, readOne(name)]))
}

function readOne(name: string): PageFile {
  const bytes = readFileSync(name)
  const br = existsSync(`${name}.br`) ? readFileSync(`${name}.br`) : undefined
  const gzip = existsSync(`${name}.gz`) ? readFileSync(`${name}.gz`) : undefined
  return {
    type: TYPES[extname(name)] ?? 'application/octet-stream',
    etag: createHash('sha256').update(bytes).digest('base64url').slice(0, 22),
    bytes,
    packed: { ...(br ? { br } : {}), ...(gzip ? { gzip } : {}) },
    immutable: name.includes('/assets/'),
  }
}

function sendFile({ request, response, headers }: Exchange, file: PageFile): void {
  const accepted = String(request.headers['accept-encoding'] ?? '')
  const encoding = (['br', 'gzip'] as const).find(
    (name) => file.packed[name] && new RegExp(`\\b${name}\\b(?!\\s*;\\s*q=0(?:\\.0*)?\\s*(?:,|$))`).test(accepted),
  )
  const body = (encoding && file.packed[encoding]) ?? file.bytes
  const etag = `"${file.etag}${encoding === undefined ? '' : `-${encoding}`}"`
  const known = request.headers['if-none-match'] === etag
  response.writeHead(known ? 304 : 200, {
    ...securityHeaders,
    ...headers,
    'Content-Security-Policy': POLICY,
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Permissions-Policy': 'camera=(), microphone=(), geolocation=(), payment=()',
    'Cache-Control': file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
    Vary: headers['Vary'] === undefined ? 'Accept-Encoding' : `${headers['Vary']}, Accept-Encoding`,
    ETag: etag,
    ...(known ? {} : { 'Content-Type': file.type, 'Content-Length': String(body.length) }),
    ...(encoding === undefined || known ? {} : { 'Content-Encoding': encoding }),
  })
  response.end(request.method === 'HEAD' || known ? undefined : body)
}
