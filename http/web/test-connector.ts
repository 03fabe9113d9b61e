import { auth, Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Memory } from '../oauth/test-memory.ts'

type Body = Readonly<Record<string, unknown>>

/** An agent's host that knows only the server's address: the MCP SDK's own client, with a callback on loopback. */
export class Connector {
  readonly #server: string
  readonly #callback: Server
  readonly #arrived: Promise<URL>
  readonly #memory: Memory
  readonly #client = new Client({ name: 'Claude Code', version: '2.0.0' })

  private constructor(server: string, callback: Server) {
    const own = `http://127.0.0.1:${(callback.address() as AddressInfo).port}`
    this.#server = server
    this.#callback = callback
    this.#memory = new Memory(`${own}/callback`)
    this.#arrived = new Promise((resolve) => {
      callback.on('request', ({ url = '/' }, response) => {
        response.setHeader('Content-Type', 'text/plain').end('You may close this page.')
        if (url.startsWith('/callback')) resolve(new URL(url, own))
      })
    })
  }

  static async open(server: string): Promise<Connector> {
    const callback = createServer()
    await new Promise<void>((resolve) => callback.listen(0, '127.0.0.1', resolve))
    return new Connector(server, callback)
  }

  get host(): string {
    return new URL(this.#memory.redirectUrl).host
  }

  /** Finds out where it has to send its person. */
  async askToSignIn(): Promise<string> {
    const went = await auth(this.#memory, { serverUrl: this.#url })
    if (went !== 'REDIRECT') throw new Error(`The client was let in without asking anybody: ${went}`)
    return this.#memory.visited
  }

  /** What the person's browser brought back. */
  arrived(): Promise<URL> {
    return this.#arrived
  }

  /** Takes what the browser brought and speaks MCP with the token it gets for it. */
  async enter(): Promise<void> {
    const { searchParams } = await this.#arrived
    const [authorizationCode, iss] = [searchParams.get('code') ?? '', searchParams.get('iss') ?? '']
    await auth(this.#memory, { serverUrl: this.#url, authorizationCode, iss })
    await this.#client.connect(new StreamableHTTPClientTransport(new URL(this.#url), { authProvider: this.#memory }))
  }

  async call(name: string, input: Record<string, unknown>): Promise<Body> {
    const { isError, structuredContent, content } = await this.#client.callTool(
      { name, arguments: input },
      { timeout: 60_000 },
    )
    if (isError === true || structuredContent === undefined) throw new Error(`${name}: ${JSON.stringify(content)}`)
    return structuredContent as Body
  }

  get token(): string {
    return this.#memory.tokens()?.access_token ?? ''
  }

  get scopes(): readonly string[] {
    return this.#memory.tokens()?.scope?.split(' ') ?? []
  }

  async close(): Promise<void> {
    await this.#client.close()
    this.#callback.close()
    this.#callback.closeAllConnections()
  }

  get #url(): string {
    return `${this.#server}/mcp`
  }
}
