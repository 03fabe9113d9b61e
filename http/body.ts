import { isUtf8 } from 'node:buffer'
import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import { Fault } from '#core/kernel/errors'

export const MAX_BODY = 2 * 1024 * 1024
/** What a refused upload may still send before its connection is cut: enough to let a client read the answer. */
const MAX_DISCARD = 32 * 1024 * 1024

/** The JSON value of the body; an empty body is `{}`. Throws the 400 or 413. */
export async function readJson(request: IncomingMessage, limit = MAX_BODY): Promise<unknown> {
  const bytes = await readBytes(request, limit)
  if (bytes.length === 0) return {}
  refuseOtherTypes(request.headers['content-type'])
  return parseJson(bytes)
}

export function parseJson(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw new Fault('invalid_json', 'Invalid JSON body', { details: ['(body): is not UTF-8'] })
  try {
    return JSON.parse(bytes.toString('utf8')) as unknown
  } catch (cause) {
    throw new Fault('invalid_json', 'Invalid JSON body', { cause })
  }
}

export function readBytes(request: IncomingMessage, limit: number): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > limit) {
    discard(request)
    return Promise.reject(tooLarge(limit))
  }
  const encoding = request.headers['content-encoding']?.toLowerCase() ?? 'identity'
  if (encoding === 'identity') return collect(request, request, limit)
  const unpack = decompressors[encoding]
  if (!unpack) {
    discard(request)
    const details = [`content-encoding: ${encoding.slice(0, 40)} is not understood; use gzip, deflate, br or none`]
    return Promise.reject(new Fault('invalid_input', 'Validation failed', { details }))
  }
  return collect(request, request.pipe(unpack()), limit)
}

const decompressors: Readonly<Record<string, () => ReturnType<typeof createGunzip>>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
}

/** `limit` counts what comes out of `source`, so a small archive cannot unfold beyond it. */
function collect(request: IncomingMessage, source: Readable, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    const fail = (fault: Fault): void => {
      source.off('data', take)
      if (source !== request) {
        request.unpipe()
        source.destroy()
      }
      discard(request)
      reject(fault)
    }
    const take = (chunk: Buffer): void => {
      size += chunk.length
      if (size > limit) fail(tooLarge(limit))
      else chunks.push(chunk)
    }
    source.on('data', take)
    source.on('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)))
    source.on('error', (cause) => fail(new Fault('invalid_input', 'The body cannot be read.', { cause })))
    // A plain body that ends too early is an error of its own; a decompressor would wait for the rest.
    if (source !== request)
      request.on('error', (cause) => fail(new Fault('invalid_input', 'The body ended too early.', { cause })))
  })
}

/** Reads on without keeping anything: closing a socket with unread bytes would destroy the answer on its way. */
function discard(request: IncomingMessage): void {
  let left = MAX_DISCARD
  request.on('data', (chunk: Buffer) => {
    left -= chunk.length
    if (left < 0) request.destroy()
  })
  request.resume()
}

function tooLarge(maxBytes: number): Fault {
  return new Fault('BODY_TOO_LARGE', 'Request body too large', { data: { maxBytes } })
}

function refuseOtherTypes(header: string | undefined): void {
  if (header === undefined || header === 'application/json') return
  const [type = '', ...parameters] = header.toLowerCase().split(';')
  const charset = parameters.map((one) => /^\s*charset\s*=\s*"?([^\s"]+)"?\s*$/.exec(one)?.[1]).find(Boolean)
  const json = /^\s*application\/(json|[\w.+-]+\+json)\s*$/.test(type)
  if (json && (charset === undefined || charset === 'utf-8' || charset === 'utf8' || charset === 'us-ascii')) return
  const details = [`content-type: must be application/json in UTF-8, not ${header.slice(0, 80)}`]
  throw new Fault('invalid_input', 'Validation failed', { details })
}
