import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A stand-in for a model: calls the client's shell with the command that stands in the message as RUN{…}, once. */
export interface StandIn {
  readonly url: string
  /** What came back to the model as the result of its call; empty when none did. */
  result: string
  close(): void
}

interface Question {
  readonly path: string
  readonly body: Readonly<Record<string, unknown>>
}

export async function standIn(): Promise<StandIn> {
  const server = createServer((request, response) => {
    let text = ''
    request.on('data', (chunk: Buffer) => (text += chunk.toString()))
    request.on('end', () => {
      const question = { path: request.url ?? '', body: parsed(text) }
      const result = resultIn(question)
      if (result !== null) made.result = result
      const [, command] = /RUN\{(.*?)\}/.exec(text) ?? []
      respond(response, question, result === null ? command : undefined)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const made = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    result: '',
    close: () => end(server),
  }
  return made
}

function end(server: Server): void {
  server.closeAllConnections()
  server.close()
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    return {}
  }
}

/** In each of the three wires a result stands in a place of its own. */
function resultIn({ body }: Question): string | null {
  const messages = (body['messages'] ?? body['input'] ?? []) as readonly {
    role?: string
    type?: string
    content?: unknown
  }[]
  const found = messages.find(
    ({ role, type, content }) =>
      role === 'tool' ||
      String(type).endsWith('_call_output') ||
      (Array.isArray(content) && content.some((block: { type?: string }) => block.type === 'tool_result')),
  )
  return found === undefined ? null : JSON.stringify(found)
}

type Event = Readonly<Record<string, unknown>>

function respond(response: ServerResponse, question: Question, command: string | undefined): void {
  response.writeHead(200, { 'Content-Type': 'text/event-stream' })
  const send = (event: Event): void => {
    const name = typeof event['type'] === 'string' ? `event: ${event['type']}\n` : ''
    response.write(`${name}data: ${JSON.stringify(event)}\n\n`)
  }
  if (question.path.includes('/messages')) for (const event of anthropic(question, command)) send(event)
  else if (question.path.includes('/responses')) for (const event of responses(question, command)) send(event)
  else for (const event of completions(command)) send(event)
  response.end(question.path.includes('/chat/') ? 'data: [DONE]\n\n' : '')
}

const names = (body: Question['body']): readonly string[] =>
  ((body['tools'] ?? []) as readonly { name?: string }[]).map(({ name }) => name ?? '')

function anthropic({ body }: Question, command: string | undefined) {
  const isCall = command !== undefined && names(body).includes('Bash')
  const usage = { input_tokens: 1, output_tokens: 1 }
  const message = {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: body['model'],
    content: [],
    stop_reason: null,
    usage,
  }
  const block = isCall ? { type: 'tool_use', id: 'toolu_1', name: 'Bash', input: {} } : { type: 'text', text: '' }
  const delta = isCall
    ? { type: 'input_json_delta', partial_json: JSON.stringify({ command, description: 'as told' }) }
    : { type: 'text_delta', text: 'done' }
  return [
    { type: 'message_start', message },
    { type: 'content_block_start', index: 0, content_block: block },
    { type: 'content_block_delta', index: 0, delta },
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: isCall ? 'tool_use' : 'end_turn' }, usage },
    { type: 'message_stop' },
  ]
}

function responses({ body }: Question, command: string | undefined) {
  const isCall = command !== undefined
  const shell = names(body).find((name) => name === 'exec_command') ?? 'shell'
  const args = shell === 'exec_command' ? { cmd: command } : { command: ['/bin/sh', '-c', command] }
  const call = { type: 'function_call', id: 'fc_1', call_id: 'call_1', name: shell, arguments: JSON.stringify(args) }
  const words = { type: 'message', id: 'm_1', role: 'assistant', content: [{ type: 'output_text', text: 'done' }] }
  const usage = { input_tokens: 1, output_tokens: 1, total_tokens: 2 }
  return [
    { type: 'response.created', response: { id: 'r_1' } },
    { type: 'response.output_item.done', output_index: 0, item: isCall ? call : words },
    { type: 'response.completed', response: { id: 'r_1', usage } },
  ]
}

function completions(command: string | undefined) {
  const call = { name: 'exec', arguments: JSON.stringify({ command }) }
  const delta =
    command === undefined
      ? { content: 'done' }
      : { tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: call }] }
  const chunk = { id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm' }
  return [
    { ...chunk, choices: [{ index: 0, delta: { role: 'assistant', ...delta }, finish_reason: null }] },
    { ...chunk, choices: [{ index: 0, delta: {}, finish_reason: command === undefined ? 'stop' : 'tool_calls' }] },
  ]
}
