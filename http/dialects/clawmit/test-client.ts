import { expect } from 'vitest'
import { createSafeFetch } from '../../ports/safe-fetch.ts'
import { operations } from '#core/registry.gen'
import { testServer, type TestServer, type TestServerOptions } from '../../test-server.ts'

export interface Answer {
  readonly status: number
  readonly body: Record<string, unknown>
  readonly headers: Headers
}

/** A client as Clawmit's document describes it, and the server it talks to. */
export interface TestClient {
  readonly server: TestServer
  /** Sent unless a call names another one; empty: none. */
  token: string
  call(method: string, path: string, body?: unknown, bearer?: string): Promise<Answer>
  close(): Promise<void>
}

/** `reachable`: hosts with port on loopback that webhooks may be sent to. */
export async function testClient(
  reachable: readonly string[] = [],
  settings: TestServerOptions['settings'] = {},
  now?: () => Date,
): Promise<TestClient> {
  const egress = createSafeFetch({ allow: new Set(reachable) })
  const own = { secret_key: '07'.repeat(32), egress_allow: reachable.join(','), ...settings }
  const outside = { fetch: egress.fetch, judge: egress.judge }
  const server = await testServer(operations, { settings: own, ...outside, ...(now ? { now } : {}) })
  const self: TestClient = {
    server,
    token: '',
    async call(method, path, body, bearer = self.token) {
      const response = await fetch(`${server.url}/clawmit/api${path}`, {
        method,
        headers: {
          ...(bearer === '' ? {} : { Authorization: `Bearer ${bearer}` }),
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const text = await response.text()
      const parsed = (text === '' ? {} : JSON.parse(text)) as Answer['body']
      return { status: response.status, body: parsed, headers: response.headers }
    },
    async close() {
      await server.close()
      await egress.close()
    },
  }
  return self
}

export const str = (value: unknown): string => String(value)

/** Any text, and any time, where the document has an example of one. */
export const text: unknown = expect.any(String)
export const time: unknown = expect.stringMatching(/^\d{4}-\d\d-\d\dT/)
