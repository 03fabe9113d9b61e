import { SpanStatusCode, type Attributes } from '@opentelemetry/api'
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-proto'
import {
  AggregationTemporalityPreference,
  OTLPMetricExporter as JsonMetrics,
} from '@opentelemetry/exporter-metrics-otlp-http'
import { OTLPMetricExporter as ProtoMetrics } from '@opentelemetry/exporter-metrics-otlp-proto'
import { OTLPTraceExporter as JsonTraces } from '@opentelemetry/exporter-trace-otlp-http'
import { OTLPTraceExporter as ProtoTraces } from '@opentelemetry/exporter-trace-otlp-proto'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs'
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'

/** Where an emitter sends to, as its user would configure it. */
export interface Target {
  readonly url: string
  readonly headers: Record<string, string>
  readonly encoding: 'json' | 'protobuf'
  readonly resource: Attributes
}

export interface SpanDraft {
  readonly name: string
  readonly attributes: Attributes
  readonly error?: string
}

/** Spans by OpenTelemetry's own SDK and exporter. */
export async function emitSpans(
  { url, headers, encoding, resource }: Target,
  spans: readonly SpanDraft[],
): Promise<void> {
  const Exporter = encoding === 'json' ? JsonTraces : ProtoTraces
  const exporter = new Exporter({ url: `${url}/v1/traces`, headers })
  const provider = new TracerProvider({
    resource: resourceFromAttributes(resource),
    spanProcessors: [new BatchSpanProcessor({ exporter })],
  })
  for (const { name, attributes, error } of spans) {
    const span = provider.getTracer('test').startSpan(name, { attributes })
    if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: error })
    span.end()
  }
  await provider.shutdown()
}

export interface LogDraft {
  readonly body: string
  readonly attributes: Attributes
}

export async function emitLogs({ url, headers, resource }: Target, records: readonly LogDraft[]): Promise<void> {
  const exporter = new OTLPLogExporter({ url: `${url}/v1/logs`, headers })
  const provider = new LoggerProvider({
    resource: resourceFromAttributes(resource),
    processors: [new BatchLogRecordProcessor({ exporter })],
  })
  for (const record of records)
    provider.getLogger('com.anthropic.claude_code.events').emit({ ...record, timestamp: Date.now() })
  await provider.shutdown()
}

export interface CountDraft {
  readonly metric: string
  readonly value: number
  readonly attributes: Attributes
}

export async function emitCounts(
  { url, headers, encoding, resource }: Target,
  counts: readonly CountDraft[],
  preference: keyof typeof AggregationTemporalityPreference = 'DELTA',
): Promise<void> {
  const Exporter = encoding === 'json' ? JsonMetrics : ProtoMetrics
  const temporalityPreference = AggregationTemporalityPreference[preference]
  const exporter = new Exporter({ url: `${url}/v1/metrics`, headers, temporalityPreference })
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })
  const provider = new MeterProvider({ resource: resourceFromAttributes(resource), readers: [reader] })
  for (const { metric, value, attributes } of counts) {
    provider.getMeter('test').createCounter(metric).add(value, attributes)
  }
  await provider.shutdown()
}
