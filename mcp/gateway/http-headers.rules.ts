import { envelopeOf, isRecord, PROTOCOL_VERSION, recordOf, type Json, type Message } from './message.rules.ts'

/** A parameter of a tool that its call repeats in a header (SEP-2243). */
interface Mirrored {
  readonly path: readonly string[]
  readonly header: string
}

/** The parameters that each listed tool wants in headers. */
export class MirroredParameters {
  readonly #byTool = new Map<string, readonly Mirrored[]>()

  learn(tools: unknown): void {
    for (const tool of Array.isArray(tools) ? tools.map(recordOf) : []) {
      const found = mirroredIn(tool['inputSchema'], [])
      if (found.length > 0) this.#byTool.set(String(tool['name']), found)
      else this.#byTool.delete(String(tool['name']))
    }
  }

  /** Headers that protocol 2026-07-28 derives from a request's body; none for earlier protocols. */
  headersOf(message: Message): Record<string, string> {
    const version = envelopeOf(message)?.[PROTOCOL_VERSION]
    if (typeof version !== 'string' || typeof message.method !== 'string') return {}
    const params = recordOf(message.params)
    const name = message.method === 'resources/read' ? params['uri'] : params['name']
    const headers: Record<string, string> = { 'mcp-protocol-version': version, 'mcp-method': message.method }
    if (NAMED.has(message.method) && typeof name === 'string') headers['mcp-name'] = encoded(name)
    if (message.method !== 'tools/call') return headers
    for (const { path, header } of this.#byTool.get(String(name)) ?? []) {
      const text = wordOf(path.reduce<unknown>((at, key) => recordOf(at)[key], params['arguments']))
      if (text !== undefined) headers[`mcp-param-${header.toLowerCase()}`] = encoded(text)
    }
    return headers
  }
}

const NAMED = new Set(['tools/call', 'prompts/get', 'resources/read'])
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const MAX_DEPTH = 16

function mirroredIn(schema: unknown, path: readonly string[]): Mirrored[] {
  const properties = recordOf(recordOf(schema)['properties'])
  if (path.length >= MAX_DEPTH) return []
  return Object.entries(properties).flatMap(([key, value]) => {
    const header = recordOf(value)['x-mcp-header']
    const own = typeof header === 'string' && TOKEN.test(header) ? [{ path: [...path, key], header }] : []
    return isRecord(value) ? [...own, ...mirroredIn(value, [...path, key])] : own
  })
}

function wordOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  if (typeof value === 'boolean') return String(value)
  return typeof value === 'number' && (Number.isSafeInteger(value) || !Number.isInteger(value))
    ? String(value)
    : undefined
}

/** What a header field cannot hold as it is goes as base64 between marks. */
function encoded(text: string): string {
  const plain = /^[\x20-\x7e\t]+$/.test(text) && text === text.trim() && !/^=\?base64\?.*\?=$/.test(text)
  return plain ? text : `=?base64?${Buffer.from(text).toString('base64')}?=`
}

/** JSON-RPC errors may come as the body of a failed HTTP request; their id may be missing, as it was not read. */
export function errorIn(text: string, id: unknown): Json | null {
  try {
    const body: unknown = JSON.parse(text)
    return isRecord(body) && isRecord(body['error']) ? { jsonrpc: '2.0', ...body, id } : null
  } catch {
    return null
  }
}
