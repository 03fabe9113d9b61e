import type { ServerResponse } from 'node:http'

export type Headers = Readonly<Record<string, string>>

/** On every answer: nothing here is a page, so nothing may be framed, sniffed, cached or referred to. */
export const securityHeaders: Headers = {
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-store',
}

/** One string, one write. */
export function sendJson(response: ServerResponse, status: number, body: unknown, headers: Headers = {}): void {
  sendText(response, status, JSON.stringify(body), { 'Content-Type': 'application/json; charset=utf-8', ...headers })
}

export function sendText(response: ServerResponse, status: number, text: string | Buffer, headers: Headers): void {
  if (response.headersSent || response.destroyed) {
    response.end()
    return
  }
  response.writeHead(status, {
    ...securityHeaders,
    ...headers,
    'Content-Length': String(Buffer.byteLength(text)),
  })
  response.end(text)
}
