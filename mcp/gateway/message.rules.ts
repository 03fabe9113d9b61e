export type Json = Readonly<Record<string, unknown>>

/** A JSON-RPC message as far as the gateway reads it. */
export interface Message {
  readonly id?: unknown
  readonly method?: unknown
  readonly params?: unknown
  readonly result?: unknown
  readonly error?: unknown
}

/** With the source text of literals (ECMAScript 2026), which the compiler's library does not list yet. */
const json = JSON as unknown as {
  parse(text: string, reviver: (key: string, value: unknown, context: { source: string }) => unknown): unknown
  rawJSON(text: string): unknown
  isRawJSON(value: unknown): boolean
}

export function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export const recordOf = (value: unknown): Json => (isRecord(value) ? value : {})

/** One message, or those of a batch; null for what is no JSON object. */
export function messagesIn(line: string): readonly Message[] | null {
  try {
    const value: unknown = JSON.parse(line)
    const all = Array.isArray(value) ? value : [value]
    return all.length > 0 && all.every(isRecord) ? all : null
  } catch {
    return null
  }
}

export const isBatch = (line: string): boolean => line.trimStart().startsWith('[')

/** The value of a line with its numbers as they are written, so that printing it loses none of their digits. */
export function lossless(line: string): unknown {
  return json.parse(line, (_key, value, { source }) => (typeof value === 'number' ? json.rawJSON(source) : value))
}

export const isLiteral = (value: unknown): boolean => json.isRawJSON(value)

/**
 * A governed message as it is passed on: what was judged and nothing else. Text that says it in another way, as with
 * one key twice, is printed anew; what programs usually write comes out byte for byte.
 */
export function asJudged(line: string, message: Message): string {
  return JSON.stringify(message) === line ? line : JSON.stringify(lossless(line))
}

/** The same for an answer, which is to the request as the client named it, however the server wrote that. */
export function answerTo(id: unknown, line: string, message: Message): string {
  return message.id === id ? asJudged(line, message) : JSON.stringify({ ...recordOf(lossless(line)), id })
}

/** True when every reader takes the line for the answer to the same request: its own `id` stands in it once. */
export function namesOneId(line: string): boolean {
  if (line.split('"id"').length <= 2 && !line.includes('\\u00')) return true
  let [depth, isKey, ids] = [0, false, 0]
  for (const [token] of line.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]:,]/g)) {
    if (token.startsWith('"')) {
      if (isKey && depth === 1 && JSON.parse(token) === 'id') ids += 1
    } else if (token === '{' || token === '[') depth += 1
    else if (token === '}' || token === ']') depth -= 1
    isKey = token === '{' || token === ','
  }
  return ids === 1
}

/** Clients compare ids more loosely than JSON does, so "1" and 1 are one request here. */
export function idKey(id: unknown): string {
  const number = typeof id === 'string' && id.trim() !== '' ? Number(id) : id
  return typeof number === 'number' && !Number.isNaN(number) ? `${number}` : JSON.stringify(id)
}

export const isResponse = ({ id, result, error }: Message): boolean =>
  id !== undefined && (result !== undefined || error !== undefined)

export const isRequest = ({ id, method }: Message): boolean =>
  typeof method === 'string' && id !== undefined && id !== null

export const failure = (id: unknown, code: number, message: string): string =>
  JSON.stringify({ jsonrpc: '2.0', id: id ?? null, error: { code, message } })

export const CLIENT_INFO = 'io.modelcontextprotocol/clientInfo'
export const PROTOCOL_VERSION = 'io.modelcontextprotocol/protocolVersion'

/** What a request of protocol 2026-07-28 says about its client; undefined for earlier ones. */
export function envelopeOf({ params }: Message): Json | undefined {
  const meta = recordOf(recordOf(params)['_meta'])
  if (typeof meta[PROTOCOL_VERSION] !== 'string') return undefined
  return Object.fromEntries(Object.entries(meta).filter(([key]) => key.startsWith('io.modelcontextprotocol/')))
}
