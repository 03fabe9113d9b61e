import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { environment, lineWith, listen, loggedIn, said, started, type Place, type RealClient } from './try-programs.ts'

/** `@openai/codex`. Its app server, which editors use, starts MCP servers and calls their tools without a model. */
export async function codex({ programs, home }: Place): Promise<RealClient> {
  const program = join(programs, 'codex')
  const config = join(home, '.codex')
  await mkdir(config, { recursive: true })
  const env = environment(home, { CODEX_HOME: config })
  const run = (...args: string[]): Promise<string> => said(started(program, args, env))
  return {
    name: 'codex',
    calledItself: 'Codex',
    agentId: 'codex',
    document: 'https://chatgpt.com/oauth/codex/client.json',
    version: async () => lineWith(await run('--version'), /\d+\.\d+/),
    add: async (url) => {
      // It logs in at once, in a browser; here that is a step of its own.
      const child = started(program, ['mcp', 'add', 'writ', '--url', url], { ...env, BROWSER: 'true' })
      const heard = listen(child)
      const line = await heard.match(/^(Added.*)$/m)
      child.kill()
      await once(child, 'close')
      return line
    },
    login: async (person) => {
      const child = started(program, ['mcp', 'login', 'writ', '--no-browser'], env)
      return lineWith(await loggedIn(child, person), /Successfully logged in/)
    },
    use: async () => {
      const status = lineWith(await run('mcp', 'list'), /^writ .*OAuth/)
      await toolCall(program, env)
      return status
    },
    refused: async () => {
      const answer = await toolCall(program, env).catch(String)
      return lineWith(answer, /The writ MCP server .*(reauthentication|not logged in)/)
    },
  }
}

async function toolCall(program: string, env: NodeJS.ProcessEnv): Promise<string> {
  const child = started(program, ['app-server'], env)
  const heard = listen(child)
  const send = (message: object): void => void child.stdin?.write(`${JSON.stringify(message)}\n`)
  try {
    send({ id: 1, method: 'initialize', params: { clientInfo: { name: 'try', title: 'try', version: '1' } } })
    send({ method: 'initialized' })
    send({ id: 2, method: 'thread/start', params: {} })
    const threadId = await heard.match(/"id":2,"result":\{"thread":\{"id":"([^"]+)"/)
    const start = JSON.parse(await heard.match(/^(\{.*"name":"writ".*"status":"(?:ready|failed)".*\})$/m)) as Started
    if (start.params.error) throw new Error(start.params.error)
    const input = { action_type: 'read', declared_goal: 'try', act: { kind: 'shell', command: 'ls' } }
    send({
      id: 3,
      method: 'mcpServer/tool/call',
      params: { threadId, server: 'writ', tool: 'writ_guard', arguments: input },
    })
    const answer = await heard.match(/^(\{"id":3,.*\})$/m)
    const { result, error } = JSON.parse(answer) as { result?: object; error?: { message: string } }
    if (error) throw new Error(error.message)
    return JSON.stringify(result)
  } finally {
    child.kill()
    await once(child, 'close')
  }
}

interface Started {
  readonly params: { readonly error: string | null }
}
