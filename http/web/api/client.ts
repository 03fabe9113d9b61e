import type { InputOf, OperationName, OutputOf } from '../../client/operations.ts'
import { routes } from '../../client/routes.gen.ts'

/** What the server answered when it did not do what was asked; `status` 0: no answer came. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  readonly code: string
  readonly details: readonly string[]
  readonly body: Readonly<Record<string, unknown>>
  /** Seconds after which to ask again, when the server said so. */
  readonly retryAfter: number | undefined

  constructor(
    message: string,
    failure: Partial<Pick<ApiError, 'status' | 'code' | 'details' | 'body' | 'retryAfter'>>,
  ) {
    super(message)
    this.status = failure.status ?? 0
    this.code = failure.code ?? ''
    this.details = failure.details ?? []
    this.body = failure.body ?? {}
    this.retryAfter = failure.retryAfter
  }
}

type Query = Readonly<Record<string, unknown>>
export interface Sent {
  readonly query?: Query
  readonly body?: unknown
  readonly signal?: AbortSignal
}

/** The session's proof that a request is made by these pages and not by another site's. */
let csrf: string | undefined
let whenSignedOut: () => void = () => undefined

export function rememberCsrf(token: string | undefined): void {
  csrf = token
}

export function onSignedOut(listener: () => void): void {
  whenSignedOut = listener
}

/** Calls an operation of the server by its name; what it takes and gives is typed by the registry. */
export async function call<N extends OperationName>(
  name: N,
  input: InputOf<N>,
  signal?: AbortSignal,
): Promise<OutputOf<N>> {
  const [method, template] = routes[name]
  const rest: Record<string, unknown> = { ...input }
  const path = template.replaceAll(/\{(\w+)\}/g, (_, field: string) => {
    const value = rest[field]
    delete rest[field]
    return encodeURIComponent(String(value))
  })
  const sent = method === 'GET' || method === 'DELETE' ? { query: rest } : { body: rest }
  return request<OutputOf<N>>(method, path, { ...sent, ...(signal ? { signal } : {}) })
}

/** A request outside the registry: sign-in, consent. */
export async function request<T>(method: string, path: string, { query, body, signal }: Sent = {}): Promise<T> {
  const response = await reach(`${path}${searchOf(query)}`, {
    method,
    credentials: 'same-origin',
    headers: {
      Accept: 'application/json',
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...(csrf !== undefined && method !== 'GET' ? { 'X-CSRF-Token': csrf } : {}),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal ? { signal } : {}),
  })
  const parsed = parse(await response.text())
  if (response.ok) return parsed as T
  if (response.status === 401 && path.startsWith('/api/')) whenSignedOut()
  throw errorOf(response, parsed)
}

async function reach(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, init)
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new ApiError('Writ cannot be reached. Check the connection; nothing was changed.', { code: 'unreachable' })
  }
}

function errorOf(response: Response, parsed: unknown): ApiError {
  const body = isRecord(parsed) ? parsed : {}
  const retry = Number(response.headers.get('retry-after') ?? Number.NaN)
  return new ApiError(typeof body['error'] === 'string' ? body['error'] : `The server answered ${response.status}.`, {
    status: response.status,
    code: typeof body['code'] === 'string' ? body['code'] : '',
    details: Array.isArray(body['details']) ? body['details'].map(String) : [],
    body,
    ...(Number.isFinite(retry) ? { retryAfter: retry } : {}),
  })
}

function searchOf(query: Query = {}): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === null || value === '') continue
    for (const one of Array.isArray(value) ? value : [value]) search.append(name, String(one))
  }
  return search.size === 0 ? '' : `?${search.toString()}`
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** One sentence for a person, with the server's details behind it. */
export function sentenceOf(error: unknown): string {
  if (error instanceof ApiError) return [error.message, ...error.details].join(' ')
  return error instanceof Error ? error.message : 'Something went wrong.'
}

/** What the server says is wrong with one field or with a part of it; undefined: nothing. */
export function problemAt(error: unknown, field: string): string | undefined {
  if (!(error instanceof ApiError)) return undefined
  const own = error.details.flatMap((detail) => {
    const [, name, rest] = /^([\w.]+): (.+)$/s.exec(detail) ?? []
    return rest !== undefined && (name === field || name?.startsWith(`${field}.`)) ? [rest] : []
  })
  return own.length === 0 ? undefined : own.join('; ')
}
