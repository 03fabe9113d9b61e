import { mcpUrl, type Endpoint } from './test-clients.ts'

export interface RawAnswer {
  readonly status: number
  readonly headers: Headers
  readonly message: {
    readonly result?: Record<string, unknown>
    readonly error?: { readonly code: number; readonly message: string; readonly data?: Record<string, unknown> }
  }
}

/** One 2025-era request without any client library: what goes over the wire and nothing else. */
export async function raw(
  { url, key }: Pick<Endpoint, 'url' | 'key'>,
  method: string,
  params: object = {},
  { query = '', headers = {} }: { query?: string; headers?: Record<string, string> } = {},
): Promise<RawAnswer> {
  const response = await fetch(`${mcpUrl({ url }).href}${query}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...(key === '' ? {} : { 'x-api-key': key }),
      ...headers,
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  })
  const text = await response.text()
  const json =
    text
      .split('\n')
      .find((line) => line.startsWith('data: '))
      ?.slice('data: '.length) ?? text
  return { status: response.status, headers: response.headers, message: JSON.parse(json) as RawAnswer['message'] }
}
