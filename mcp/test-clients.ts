import { Client as ModernClient, StreamableHTTPClientTransport as ModernHttp } from '@modelcontextprotocol/client'
import { StdioClientTransport as ModernStdio } from '@modelcontextprotocol/client/stdio'
import { Client as FirstClient } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport as FirstStdio } from '@modelcontextprotocol/sdk/client/stdio.js'
import { StreamableHTTPClientTransport as FirstHttp } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bridgeFile } from './test-bridge.ts'

export interface ToolResult {
  readonly isError: boolean
  readonly body: Record<string, unknown>
  readonly text: readonly string[]
}

export interface CallOptions {
  readonly onProgress?: (message: string | undefined) => void
  readonly signal?: AbortSignal
}

/** What the tests need of a client, whichever SDK generation is behind it. */
export interface TestClient {
  readonly version: string | undefined
  tools(): Promise<string[]>
  call(name: string, input: object, options?: CallOptions): Promise<ToolResult>
  close(): Promise<void>
}

/** What the person at the client does when they are asked. */
export type Person = (message: string) => {
  action: 'accept' | 'decline' | 'cancel'
  content?: Record<string, string>
}

export interface Endpoint {
  readonly url: string
  readonly key: string
  readonly agentId?: string
  /** Left out: the client cannot ask anybody. */
  readonly person?: Person
}

/** `cli` is stdio as well, through the installed program instead of the bridge alone. */
export type Transports = 'http' | 'stdio' | 'cli'

interface Told {
  readonly message?: string | undefined
}

const name = { name: 'test client', version: '1.0.0' }
const TIMEOUT = { timeout: 20_000, resetTimeoutOnProgress: true }

/** The official client of the first SDK generation: protocol 2025-11-25. */
export async function firstClient(endpoint: Endpoint, over: Transports): Promise<TestClient> {
  const { person } = endpoint
  const client = new FirstClient(name, { capabilities: person ? { elicitation: {} } : {} })
  if (person) client.setRequestHandler(ElicitRequestSchema, ({ params }) => person(params.message))
  const transport =
    over !== 'http'
      ? new FirstStdio(over === 'cli' ? cli(endpoint, 'mcp') : bridge(endpoint))
      : new FirstHttp(mcpUrl(endpoint), { requestInit: headersOf(endpoint) })
  let version: string | undefined
  const remember = transport as Transport
  const { setProtocolVersion } = remember
  remember.setProtocolVersion = (found) => {
    version = found
    setProtocolVersion?.call(transport, found)
  }
  await client.connect(remember)
  return {
    version,
    tools: async () => (await client.listTools()).tools.map((tool) => tool.name),
    call: async (tool, input, options) => {
      const params = { name: tool, arguments: { ...input } }
      return toolResult(await client.callTool(params, undefined, optionsOf(options)))
    },
    close: () => client.close(),
  }
}

/** The official client of the second SDK generation: protocol 2026-07-28 when the server offers it. */
export async function modernClient(endpoint: Endpoint, over: Transports): Promise<TestClient> {
  const { person } = endpoint
  const capabilities = person ? { elicitation: { form: {} } } : {}
  const client = new ModernClient(name, { capabilities, versionNegotiation: { mode: 'auto' } })
  if (person) client.setRequestHandler('elicitation/create', ({ params }) => person(params.message))
  const transport =
    over !== 'http'
      ? new ModernStdio(over === 'cli' ? cli(endpoint, 'mcp') : bridge(endpoint))
      : new ModernHttp(mcpUrl(endpoint), { requestInit: headersOf(endpoint) })
  await client.connect(transport)
  return {
    version: client.getNegotiatedProtocolVersion(),
    tools: async () => (await client.listTools()).tools.map((tool) => tool.name),
    call: async (tool, input, options) =>
      toolResult(await client.callTool({ name: tool, arguments: { ...input } }, optionsOf(options))),
    close: () => client.close(),
  }
}

function optionsOf({ onProgress, signal }: CallOptions = {}) {
  return {
    ...TIMEOUT,
    ...(onProgress ? { onprogress: (told: Told) => onProgress(told.message) } : {}),
    ...(signal ? { signal } : {}),
  }
}

export function mcpUrl({ url }: Pick<Endpoint, 'url'>): URL {
  return new URL('/mcp', url)
}

export function headersOf({ key, agentId }: Endpoint): { headers: Record<string, string> } {
  return { headers: { 'x-api-key': key, ...(agentId === undefined ? {} : { 'x-writ-agent-id': agentId }) } }
}

export interface Program {
  readonly command: string
  readonly args: string[]
  readonly env: Record<string, string>
}

/** How a host starts the stdio bridge: a process of its own that knows address and key from its environment. */
export function bridge(endpoint: Endpoint): Program {
  return { ...program(bridgeFile), env: environmentOf(endpoint) }
}

/** The program that people install. */
export function cli(endpoint: Endpoint, ...args: readonly string[]): Program {
  return { ...program(mainFile, ...args), env: environmentOf(endpoint) }
}

const mainFile = fileURLToPath(new URL('../http/cli/main.ts', import.meta.url))

function program(file: string, ...args: readonly string[]): Pick<Program, 'command' | 'args'> {
  return { command: process.execPath, args: ['--conditions=writ-source', '--no-warnings', file, ...args] }
}

function environmentOf({ url, key, agentId }: Endpoint): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    WRIT_HOME: join(tmpdir(), 'writ-no-home'),
    WRIT_URL: url,
    WRIT_API_KEY: key,
    ...(agentId === undefined ? {} : { WRIT_AGENT_ID: agentId }),
  }
}

export function toolResult(result: unknown): ToolResult {
  const { isError = false, content } = result as { isError?: boolean; content: readonly { text?: string }[] }
  return { isError, body: bodyOf(result), text: content.flatMap(({ text }) => text ?? []) }
}

/** What a tool answered: errors carry their JSON as text alone. */
export function bodyOf(result: unknown): Record<string, unknown> {
  const { structuredContent, content } = result as {
    structuredContent?: Record<string, unknown>
    content: readonly { text?: string }[]
  }
  return structuredContent ?? (JSON.parse(content[0]?.text ?? '{}') as Record<string, unknown>)
}
