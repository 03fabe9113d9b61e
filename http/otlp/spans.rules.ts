import { z } from 'zod'
import { senderOf, tokensOfWhole, usageFrom, type Draft, type Read } from './emitter.rules.ts'
import { AttributeList, countAt, cut, HexId, instantOf, Nanos, said, textAt, type Attributes } from './value.rules.ts'

const Span = z.object({
  traceId: HexId,
  spanId: HexId,
  name: z.string().nullish(),
  startTimeUnixNano: Nanos,
  endTimeUnixNano: Nanos,
  attributes: AttributeList,
  status: z.object({ code: z.union([z.int(), z.string()]).nullish(), message: z.string().nullish() }).nullish(),
})
type Span = z.output<typeof Span>

const list = <T extends z.ZodType>(item: T) => z.array(item).nullish()
export const Resource = z
  .object({ attributes: AttributeList })
  .nullish()
  .transform((resource): Attributes => resource?.attributes ?? {})

export const Traces = z.object({
  resourceSpans: list(z.object({ resource: Resource, scopeSpans: list(z.object({ spans: list(Span) })) })),
})

/** Calls of a model. What stands around them (`invoke_agent`) repeats their tokens and is no call. */
const INFERENCE = new Set(['chat', 'text_completion', 'generate_content', 'embeddings'])
const WORK = new Set(['invoke_agent', 'invoke_workflow'])

/** GenAI spans by the semantic conventions; every other span is no business of Writ and passed over. */
export function readSpans({ resourceSpans }: z.output<typeof Traces>, bound: boolean): Read {
  const readings = (resourceSpans ?? []).flatMap(({ resource, scopeSpans }) =>
    (scopeSpans ?? []).flatMap(({ spans }) =>
      (spans ?? []).flatMap((span) => {
        const told = eventOf(span, resource)
        return told === undefined ? [] : [{ draft: { ...common(span, resource, bound), ...told }, count: 1 }]
      }),
    ),
  )
  return { readings, refused: 0 }
}

function common(span: Span, resource: Attributes, bound: boolean): Partial<Draft> {
  const { attributes, traceId, spanId, startTimeUnixNano: start, endTimeUnixNano: end } = span
  return said({
    ...senderOf(resource, attributes, bound),
    event_id: traceId === '' || spanId === '' ? undefined : `${traceId}${spanId}`.slice(0, 128),
    timestamp: instantOf(end === 0n ? start : end),
    duration_ms: end > start ? Number((end - start) / 1_000_000n) : undefined,
    error: errorOf(span),
    metadata: said({
      trace_id: traceId,
      span_id: spanId,
      operation: textAt(attributes, 'gen_ai.operation.name'),
      provider: cut(textAt(attributes, 'gen_ai.provider.name', 'gen_ai.system'), 128),
      conversation_id: cut(textAt(attributes, 'gen_ai.conversation.id'), 256),
      reasoning_tokens: reasoningOf(attributes),
    }),
  })
}

function errorOf({ status, attributes }: Span): string | undefined {
  const failed = status?.code === 2 || status?.code === 'STATUS_CODE_ERROR'
  const type = textAt(attributes, 'error.type')
  if (!failed && type === undefined) return undefined
  return cut([type, status?.message].filter(Boolean).join(': ') || 'failed', 4000)
}

const reasoningOf = (attributes: Attributes): number | undefined =>
  countAt(attributes, 'gen_ai.usage.reasoning.output_tokens', 'gen_ai.usage.reasoning_tokens')

function eventOf(span: Span, resource: Attributes): Pick<Draft, 'type'> | undefined {
  const { attributes, name } = span
  const operation = textAt(attributes, 'gen_ai.operation.name') ?? ''
  const failed = errorOf(span) !== undefined
  if (INFERENCE.has(operation)) {
    const usage = usageOf(attributes)
    const from = usage === undefined ? {} : usageFrom(resource, 'traces')
    return { type: failed ? 'error' : 'cost', ...modelOf(attributes), ...usage, ...from }
  }
  if (operation === 'execute_tool') {
    const tool = { tool_name: cut(textAt(attributes, 'gen_ai.tool.name') ?? name ?? 'tool', 256) }
    const input = textAt(attributes, 'gen_ai.tool.call.arguments')
    return said({ type: failed ? ('error' as const) : ('tool_call' as const), ...tool, input })
  }
  if (!WORK.has(operation)) return undefined
  const task = cut(textAt(attributes, 'gen_ai.agent.name', 'gen_ai.workflow.name') ?? name ?? operation, 256)
  return said({ type: 'task' as const, task, outcome: failed ? ('failure' as const) : ('success' as const) })
}

export function modelOf(attributes: Attributes): Pick<Draft, 'model'> {
  return said({ model: cut(textAt(attributes, 'gen_ai.response.model', 'gen_ai.request.model'), 256) })
}

/** Undefined when the span tells no tokens. The older names are those that instrumentations still send. */
export function usageOf(attributes: Attributes): Partial<Draft> | undefined {
  const input = countAt(attributes, 'gen_ai.usage.input_tokens', 'gen_ai.usage.prompt_tokens')
  const output = countAt(attributes, 'gen_ai.usage.output_tokens', 'gen_ai.usage.completion_tokens')
  if (input === undefined && output === undefined) return undefined
  const cacheRead = countAt(
    attributes,
    'gen_ai.usage.cache_read.input_tokens',
    'gen_ai.usage.cache_read_input_tokens',
    'gen_ai.usage.cached_tokens',
    'gen_ai.usage.input_tokens.cached',
  )
  const cacheWrite = countAt(
    attributes,
    'gen_ai.usage.cache_creation.input_tokens',
    'gen_ai.usage.cache_creation_input_tokens',
    'gen_ai.usage.input_tokens.cache_write',
  )
  return tokensOfWhole({ input, output, cacheRead, cacheWrite, reasoning: reasoningOf(attributes) })
}
