import { z } from 'zod'
import { senderOf, tokensOfWhole, usageFrom, type Draft, type Read } from './emitter.rules.ts'
import { modelOf, Resource, usageOf } from './spans.rules.ts'
import {
  AttributeList,
  Body,
  countAt,
  cut,
  fingerprint,
  HexId,
  instantOf,
  Nanos,
  numberAt,
  said,
  textAt,
  type Attributes,
} from './value.rules.ts'

const LogRecord = z.object({
  timeUnixNano: Nanos,
  observedTimeUnixNano: Nanos,
  eventName: z.string().nullish(),
  body: Body,
  attributes: AttributeList,
  traceId: HexId,
  spanId: HexId,
})
type LogRecord = z.output<typeof LogRecord>

const list = <T extends z.ZodType>(item: T) => z.array(item).nullish()
export const Logs = z.object({
  resourceLogs: list(z.object({ resource: Resource, scopeLogs: list(z.object({ logRecords: list(LogRecord) })) })),
})

type Reader = (attributes: Attributes, resource: Attributes) => Pick<Draft, 'type'> | undefined

/** The log events that are read, by their full name. */
const readers: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['claude_code.api_request', claudeRequest],
  ['claude_code.api_error', (attributes) => ({ type: 'error', ...errorIn(attributes), ...modelIn(attributes) })],
  ['claude_code.tool_result', toolResult],
  ['codex.sse_event', codexResponse],
  ['codex.tool_result', toolResult],
  ['codex.api_request', codexRequest],
  ['gen_ai.client.inference.operation.details', inferenceDetails],
])

export function readLogs({ resourceLogs }: z.output<typeof Logs>, bound: boolean): Read {
  const readings = (resourceLogs ?? []).flatMap(({ resource, scopeLogs }) =>
    (scopeLogs ?? []).flatMap(({ logRecords }) =>
      (logRecords ?? []).flatMap((record) => {
        const told = readers.get(nameOf(record, resource))?.(record.attributes, resource)
        return told === undefined ? [] : [{ draft: { ...common(record, resource, bound), ...told }, count: 1 }]
      }),
    ),
  )
  return { readings, refused: 0 }
}

/** Claude Code has the short name in `event.name` and the long one in the body; Codex the long one in `event.name`. */
function nameOf({ eventName, attributes, body }: LogRecord, resource: Attributes): string {
  const name = (eventName || textAt(attributes, 'event.name')) ?? (typeof body === 'string' ? body : '')
  return name.includes('.') || textAt(resource, 'service.name') !== 'claude-code' ? name : `claude_code.${name}`
}

function common(record: LogRecord, resource: Attributes, bound: boolean): Partial<Draft> {
  const { attributes, body, eventName, timeUnixNano: time, traceId, spanId } = record
  return said({
    ...senderOf(resource, attributes, bound),
    event_id: fingerprint('log', resource, time, eventName, attributes, body, traceId, spanId),
    timestamp: instantOf(time === 0n ? record.observedTimeUnixNano : time),
    duration_ms: countAt(attributes, 'duration_ms'),
    metadata: said({
      session_id: cut(textAt(attributes, 'session.id', 'conversation.id', 'gen_ai.conversation.id'), 256),
      prompt_id: cut(textAt(attributes, 'prompt.id'), 256),
      request_id: cut(textAt(attributes, 'request_id'), 256),
      reasoning_tokens: countAt(attributes, 'reasoning_token_count', 'gen_ai.usage.reasoning.output_tokens'),
    }),
  })
}

const modelIn = (attributes: Attributes): Pick<Draft, 'model'> => said({ model: cut(textAt(attributes, 'model'), 256) })

function errorIn(attributes: Attributes): Pick<Draft, 'error'> {
  const words = [
    textAt(attributes, 'status_code', 'http.response.status_code'),
    textAt(attributes, 'error', 'error.message'),
  ]
  return { error: cut(words.filter(Boolean).join(' ') || 'failed', 4000) }
}

/** Claude Code tells the four kinds apart and the cost with them. */
function claudeRequest(attributes: Attributes, resource: Attributes): Pick<Draft, 'type'> {
  return said({
    type: 'cost' as const,
    ...modelIn(attributes),
    tokens_in: countAt(attributes, 'input_tokens'),
    tokens_out: countAt(attributes, 'output_tokens'),
    cache_read_tokens: countAt(attributes, 'cache_read_tokens'),
    cache_write_tokens: countAt(attributes, 'cache_creation_tokens'),
    cost_usd: numberAt(attributes, 'cost_usd'),
    ...usageFrom(resource, 'logs'),
  })
}

function toolResult(attributes: Attributes): Pick<Draft, 'type'> {
  const failed = String(attributes['success']) === 'false'
  return said({
    type: failed ? ('error' as const) : ('tool_call' as const),
    tool_name: cut(textAt(attributes, 'tool_name') ?? 'tool', 256),
    input: textAt(attributes, 'tool_input', 'tool_parameters', 'arguments'),
    ...(failed ? errorIn(attributes) : {}),
  })
}

/** Of Codex's stream only the event that ends a response tells tokens; reasoning is part of its output. */
function codexResponse(attributes: Attributes, resource: Attributes): Pick<Draft, 'type'> | undefined {
  const kind = textAt(attributes, 'event.kind')
  if (kind === 'response.failed') return { type: 'error', ...errorIn(attributes), ...modelIn(attributes) }
  if (kind !== 'response.completed') return undefined
  const tokens = tokensOfWhole({
    input: countAt(attributes, 'input_token_count'),
    output: countAt(attributes, 'output_token_count'),
    cacheRead: countAt(attributes, 'cached_token_count'),
    cacheWrite: undefined,
    reasoning: countAt(attributes, 'reasoning_token_count'),
  })
  return { type: 'cost', ...modelIn(attributes), ...tokens, ...usageFrom(resource, 'logs') }
}

function codexRequest(attributes: Attributes): Pick<Draft, 'type'> | undefined {
  const status = countAt(attributes, 'http.response.status_code')
  if (textAt(attributes, 'error.message') === undefined && (status ?? 200) < 400) return undefined
  return { type: 'error', ...errorIn(attributes), ...modelIn(attributes) }
}

function inferenceDetails(attributes: Attributes, resource: Attributes): Pick<Draft, 'type'> | undefined {
  const usage = usageOf(attributes)
  return usage && { type: 'cost', ...modelOf(attributes), ...usage, ...usageFrom(resource, 'logs') }
}
