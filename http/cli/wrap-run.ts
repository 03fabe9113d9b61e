import { Agent, fetch as send } from 'undici'
import { loadSettings, type Settings } from '#core/kernel/config'
import { ServerName } from '#core/tool-pins/index'
import { runGateway } from '#mcp/gateway/gateway'
import { HttpServer } from '#mcp/gateway/http-server'
import { StdioServer } from '#mcp/gateway/stdio-server'
import type { Wrapped } from '#mcp/gateway/wrapped'
import { Connection } from '../client/index.ts'
import { agentTarget, type Target } from './agent-target.ts'
import { UsageError } from './failure.ts'
import { isUrl, serverNameOf } from './server-name.rules.ts'
import { program } from './terminal.ts'
import type { WrapOptions } from './wrap.ts'
import { WrapServer } from './wrap-server.ts'

export async function wrap(target: string, args: readonly string[], options: WrapOptions): Promise<void> {
  const { server: url, apiKey, authToken, agent, data, databaseUrl } = options
  const settings = loadSettings({
    flags: { url, api_key: apiKey, auth_token: authToken, agent_id: agent, data_dir: data, database_url: databaseUrl },
  })
  const name = nameOf(target, args, options.name)
  const stop = new AbortController()
  const end = (): void => stop.abort()
  process.on('SIGTERM', end).on('SIGINT', end)
  // The server may take seconds to start, the client's first message none.
  const writ = agentTarget(settings, apiKey ?? process.env['WRIT_API_KEY'])
  const failed = writ.then(
    () => null,
    (thrown: unknown) => {
      end()
      return { thrown }
    },
  )
  const ends = {
    input: process.stdin,
    output: (line: string): void => void process.stdout.write(`${line}\n`),
    wrapped: wrappedOf(target, args, options),
    writ: new WrapServer(
      writ.then((found) => connectionOf(found, settings)),
      settings.agent_id,
    ),
    signal: stop.signal,
  }
  const { wait: waitSeconds, unavailable, onInjection, keepSecrets = false } = options
  process.exitCode = await runGateway(ends, {
    server: name,
    waitSeconds,
    unavailable,
    onInjection,
    keepSecrets,
    program: program(),
    claudeSession: process.env['CLAUDE_CODE_SESSION_ID'],
    tell,
  })
  process.stdin.destroy()
  process.off('SIGTERM', end).off('SIGINT', end)
  const failure = stop.signal.aborted ? await failed : null
  if (failure !== null) throw failure.thrown
  await (await writ).close()
}

function connectionOf({ url, apiKey }: Target, { auth_token: authToken }: Settings): Connection {
  return new Connection({ baseUrl: url, apiKey, authToken })
}

/** Standard output belongs to the protocol. */
const tell = (line: string): void => void process.stderr.write(`writ wrap: ${line}\n`)

function nameOf(target: string, args: readonly string[], given: string | undefined): string {
  const name = given ?? serverNameOf(target, args)
  if (name === undefined) throw new UsageError('Give the server a name with --name.')
  const { success, error } = ServerName.safeParse(name)
  if (success) return name
  throw new UsageError(`--name "${name}": ${error.issues.map(({ message }) => message).join('; ')}.`)
}

function wrappedOf(target: string, args: readonly string[], { header: headers = {} }: WrapOptions): Wrapped {
  if (!isUrl(target)) {
    if (Object.keys(headers).length > 0) throw new UsageError('--header is for servers at a URL.')
    return new StdioServer({ command: target, args, env: environment(process.env) })
  }
  if (args.length > 0) throw new UsageError('A server at a URL takes no arguments.')
  if (URL.parse(target) === null) throw new UsageError(`"${target}" is no address.`)
  // Streams of a server are silent for as long as nothing happens.
  const dispatcher = new Agent({ bodyTimeout: 0, headersTimeout: 0 })
  const patient = (input: string, init: object): Promise<unknown> => send(input, { ...init, dispatcher })
  return new HttpServer({ url: target, headers, fetch: patient as unknown as typeof fetch, tell })
}

/** What the client gave this program, without what is Writ's own: its keys are no business of the server's. */
function environment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^WRIT_/i.test(name)))
}
