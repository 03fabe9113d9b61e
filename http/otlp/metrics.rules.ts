import { z } from 'zod'
import { senderOf, usageFrom, type Draft, type Read, type Reading } from './emitter.rules.ts'
import { Resource } from './spans.rules.ts'
import { AttributeList, cut, fingerprint, instantOf, Nanos, said, textAt, type Attributes } from './value.rules.ts'

const Amount = z.union([z.number(), z.string()]).nullish()
const Point = z.object({
  timeUnixNano: Nanos,
  asInt: Amount,
  asDouble: Amount,
  /** Of a histogram. */
  sum: Amount,
  attributes: AttributeList,
})
type Point = z.output<typeof Point>

const list = <T extends z.ZodType>(item: T) => z.array(item).nullish()
const Points = z
  .object({ dataPoints: list(Point), aggregationTemporality: z.union([z.int(), z.string()]).nullish() })
  .nullish()
const Metric = z.object({ name: z.string().nullish(), sum: Points, histogram: Points })
export const Metrics = z.object({
  resourceMetrics: list(z.object({ resource: Resource, scopeMetrics: list(z.object({ metrics: list(Metric) })) })),
})

/** What a point adds, by the name of its metric and its kind of token. */
type Kind = 'tokens_in' | 'tokens_out' | 'cache_read_tokens' | 'cache_write_tokens' | 'cost_usd'

const kinds: Readonly<Record<string, (attributes: Attributes) => Kind | undefined>> = {
  'claude_code.token.usage': ({ type }) =>
    (
      {
        input: 'tokens_in',
        output: 'tokens_out',
        cacheRead: 'cache_read_tokens',
        cacheCreation: 'cache_write_tokens',
      } as const
    )[String(type) as 'input'],
  'claude_code.cost.usage': () => 'cost_usd',
  'gen_ai.client.token.usage': (attributes) =>
    ({ input: 'tokens_in', output: 'tokens_out' } as const)[String(attributes['gen_ai.token.type']) as 'input'],
}

const CUMULATIVE =
  'Sums since the start of a program cannot be counted once; export deltas (OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE=delta).'

/**
 * One event for all points of one collection that differ in the kind of token alone: their cost is told by another metric. Each
 * series has a start of its own, so only the end is looked at.
 */
export function readMetrics({ resourceMetrics }: z.output<typeof Metrics>, bound: boolean): Read {
  let refused = 0
  const groups = new Map<string, { draft: Draft; count: number }>()
  for (const { resource, scopeMetrics } of resourceMetrics ?? []) {
    for (const { name, sum, histogram } of (scopeMetrics ?? []).flatMap(({ metrics }) => metrics ?? [])) {
      const kindOf = kinds[name ?? '']
      const points = sum ?? histogram
      if (kindOf === undefined || !points) continue
      const delta =
        points.aggregationTemporality === 1 || points.aggregationTemporality === 'AGGREGATION_TEMPORALITY_DELTA'
      if (!delta) refused += points.dataPoints?.length ?? 0
      else
        for (const point of points.dataPoints ?? [])
          add(groups, { point, resource, bound, kind: kindOf(point.attributes) })
    }
  }
  const readings: Reading[] = [...groups.values()]
  return { readings, refused, ...(refused > 0 ? { problem: CUMULATIVE } : {}) }
}

interface Given {
  readonly point: Point
  readonly resource: Attributes
  readonly bound: boolean
  readonly kind: Kind | undefined
}

function add(groups: Map<string, { draft: Draft; count: number }>, { point, resource, bound, kind }: Given): void {
  // A point without a value adds nothing; one that is negative or no number is refused with its group, by name.
  const amount = Number(point.asInt ?? point.asDouble ?? point.sum ?? 0)
  if (kind === undefined || amount === 0) return
  const { type: _, 'gen_ai.token.type': __, ...common } = point.attributes
  const sorted = Object.entries(common).toSorted(([a], [b]) => (a < b ? -1 : 1))
  const id = fingerprint('metric', resource, sorted, point.timeUnixNano)
  const known = groups.get(id)
  const draft = known?.draft ?? {
    ...senderOf(resource, common, bound),
    ...said({ model: cut(textAt(common, 'model', 'gen_ai.response.model', 'gen_ai.request.model'), 256) }),
    ...said({ timestamp: instantOf(point.timeUnixNano) }),
    ...usageFrom(resource, 'metrics'),
    type: 'cost' as const,
    event_id: id,
    metadata: said({ session_id: cut(textAt(common, 'session.id'), 256) }),
  }
  const value = (draft[kind] ?? 0) + (kind === 'cost_usd' ? amount : Math.round(amount))
  groups.set(id, { draft: { ...draft, [kind]: value }, count: (known?.count ?? 0) + 1 })
}
