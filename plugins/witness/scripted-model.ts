import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One tool call that the model makes: `Bash` is the client's own shell, `mcp__server__tool` the tool of a server. */
export interface Step {
  readonly tool: string
  readonly input: Readonly<Record<string, unknown>>
}

export interface ScriptedModel {
  readonly url: string
  /** What the tools answered so far, as the model was told. */
  readonly results: string[]
  /** The same of a sub-agent. */
  readonly subResults: string[]
  /** The last request with tools, as it came: with all that the client told the model. */
  readonly heard: () => string
  /** Milliseconds from the end of a tool call's message to the client's next request, for each call of the script. */
  readonly roundTrips: number[]
  /** What the model calls from now on, one after another; then it ends the turn. A sub-agent of it has its own script. */
  play(steps: readonly Step[], ofSubAgent?: readonly Step[]): void
  close(): Promise<void>
}

type Json = Record<string, unknown>

/** The three streaming APIs that clients speak, on loopback and as far as they use them: a model that follows a script. */
export async function scriptedModel(): Promise<ScriptedModel> {
  let steps: readonly Step[] = []
  let below: readonly Step[] = []
  const results: string[] = []
  const subResults: string[] = []
  let heard = ''
  const roundTrips: number[] = []
  let called: number | undefined
  const server = createServer((request, response) => {
    const arrived = performance.now()
    void body(request).then((sent) => {
      const before = results.length
      if (list(sent['tools']).length > 0) heard = JSON.stringify(sent)
      response.on('finish', () => (called = performance.now()))
      const played = (): void => {
        if (results.length === before + 1 && called !== undefined) roundTrips.push(arrived - called)
      }
      const turn = turnAt(request.url ?? '')
      if (turn === null) {
        return response.writeHead(200, { 'Content-Type': 'application/json' }).end('{"input_tokens":10,"data":[]}')
      }
      if (isSubAgent(sent)) turn(sent, below, subResults, response)
      else turn(sent, steps, results, response)
      return played()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    results,
    heard: () => heard,
    roundTrips,
    subResults,
    play: (next, ofSubAgent = []) => {
      steps = next
      below = ofSubAgent
      results.length = 0
      subResults.length = 0
      roundTrips.length = 0
    },
    close: async () => {
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
    },
  }
}

/** Stands in the task of a sub-agent, by which its conversation is known. */
export const SUB_AGENT = 'scripted-sub-agent'

function isSubAgent(sent: Json): boolean {
  const [first] = list(sent['messages'])
  return first !== undefined && textOf(first['content']).includes(SUB_AGENT)
}

type Turn = (sent: Json, steps: readonly Step[], results: string[], response: ServerResponse) => void

function turnAt(url: string): Turn | null {
  if (url.includes('/messages') && !url.includes('count_tokens')) return claudeTurn
  if (url.includes('/responses')) return codexTurn
  return url.includes('/chat/completions') ? completionsTurn : null
}

async function body(request: IncomingMessage): Promise<Json> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as Json
  } catch {
    return {}
  }
}

const list = (value: unknown): Json[] => (Array.isArray(value) ? (value as Json[]) : [])
const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value ?? ''))

function events(response: ServerResponse, all: readonly Json[]): void {
  response.writeHead(200, { 'Content-Type': 'text/event-stream' })
  for (const event of all) response.write(`event: ${String(event['type'])}\ndata: ${JSON.stringify(event)}\n\n`)
  response.end()
}

let answers = 0

function claudeTurn(sent: Json, steps: readonly Step[], results: string[], response: ServerResponse): void {
  const told = list(sent['messages'])
    .flatMap(({ content }) => list(content))
    .filter(({ type }) => type === 'tool_result')
  // Titles and summaries are asked for without tools.
  const working = list(sent['tools']).length > 0
  if (working) results.splice(0, results.length, ...told.map(({ content }) => textOf(content)))
  const step = working ? steps[told.length] : undefined
  const id = `msg_script_${(answers += 1)}`
  const usage = { input_tokens: 100, output_tokens: 1, cache_read_input_tokens: 0, cache_creation_input_tokens: 0 }
  const message = {
    id,
    type: 'message',
    role: 'assistant',
    model: sent['model'],
    content: [],
    stop_reason: null,
    usage,
  }
  const block = step
    ? { type: 'tool_use', id: `toolu_script_${answers}`, name: step.tool, input: {} }
    : { type: 'text', text: '' }
  const delta = step
    ? { type: 'input_json_delta', partial_json: JSON.stringify(step.input) }
    : { type: 'text_delta', text: 'done' }
  events(response, [
    { type: 'message_start', message },
    { type: 'content_block_start', index: 0, content_block: block },
    { type: 'content_block_delta', index: 0, delta },
    { type: 'content_block_stop', index: 0 },
    {
      type: 'message_delta',
      delta: { stop_reason: step ? 'tool_use' : 'end_turn' },
      usage: { ...usage, output_tokens: 20 },
    },
    { type: 'message_stop' },
  ])
}

const shells = ['exec_command', 'shell_command', 'shell', 'local_shell']

function codexTurn(sent: Json, steps: readonly Step[], results: string[], response: ServerResponse): void {
  const told = list(sent['input']).filter(({ type }) => String(type).endsWith('_call_output'))
  results.splice(0, results.length, ...told.map(({ output }) => textOf(output)))
  const step = steps[told.length]
  const names = list(sent['tools']).map(({ name }) => name)
  const tool = step?.tool === 'Bash' ? (shells.find((name) => names.includes(name)) ?? 'exec_command') : step?.tool
  const input = tool === 'exec_command' ? { cmd: step?.input['command'] } : step?.input
  const id = `resp_script_${(answers += 1)}`
  const item = step
    ? {
        type: 'function_call',
        id: `fc_${answers}`,
        call_id: `call_${answers}`,
        ...nameInCodex(tool ?? ''),
        arguments: JSON.stringify(input),
      }
    : { type: 'message', id: `m_${answers}`, role: 'assistant', content: [{ type: 'output_text', text: 'done' }] }
  const usage = {
    input_tokens: 100,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: 20,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: 120,
  }
  events(response, [
    { type: 'response.created', response: { id } },
    { type: 'response.output_item.done', output_index: 0, item },
    { type: 'response.completed', response: { id, usage } },
  ])
}

/** Codex keeps the tools of a server in a namespace. */
function nameInCodex(tool: string): Json {
  const [, server, name] = /^mcp__(.+?)__(.+)$/.exec(tool) ?? []
  return name === undefined ? { name: tool } : { namespace: `mcp__${server}`, name }
}

/** OpenClaw and others: the shell is `exec`, and tools of a server have no prefix. */
function completionsTurn(sent: Json, steps: readonly Step[], results: string[], response: ServerResponse): void {
  const told = list(sent['messages']).filter(({ role }) => role === 'tool')
  const working = list(sent['tools']).length > 0
  if (working) results.splice(0, results.length, ...told.map(({ content }) => textOf(content)))
  const step = working ? steps[told.length] : undefined
  const chunk = {
    id: `chat_script_${(answers += 1)}`,
    object: 'chat.completion.chunk',
    created: 1,
    model: sent['model'],
  }
  const name = step?.tool === 'Bash' ? 'exec' : step?.tool.replace(/^mcp__/, '')
  const call = {
    name,
    arguments: JSON.stringify(step?.tool === 'Bash' ? { command: step.input['command'] } : step?.input),
  }
  const said = step
    ? { tool_calls: [{ index: 0, id: `call_${answers}`, type: 'function', function: call }] }
    : { content: 'done' }
  const usage = { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 }
  const choice = (delta: Json, reason: string | null) => ({ index: 0, delta, finish_reason: reason })
  response.writeHead(200, { 'Content-Type': 'text/event-stream' })
  for (const event of [
    { ...chunk, choices: [choice({ role: 'assistant', ...said }, null)] },
    { ...chunk, choices: [choice({}, step ? 'tool_calls' : 'stop')], usage },
  ])
    response.write(`data: ${JSON.stringify(event)}\n\n`)
  response.end('data: [DONE]\n\n')
}
