/**
 * The messages of OTLP 1.x (opentelemetry-proto, Apache-2.0) by their field numbers, as far as they are read or written
 * here; a decoder passes over every other field.
 */
type Fields = Readonly<Record<string, readonly [id: number, type: string, rule?: 'repeated']>>

const all = (id: number, type: string): readonly [number, string, 'repeated'] => [id, type, 'repeated']

const messages: Readonly<Record<string, Fields>> = {
  AnyValue: {
    stringValue: [1, 'string'],
    boolValue: [2, 'bool'],
    intValue: [3, 'int64'],
    doubleValue: [4, 'double'],
  },
  KeyValue: { key: [1, 'string'], value: [2, 'AnyValue'] },
  Resource: { attributes: all(1, 'KeyValue') },
  Traces: { resourceSpans: all(1, 'ResourceSpans') },
  ResourceSpans: { resource: [1, 'Resource'], scopeSpans: all(2, 'ScopeSpans') },
  ScopeSpans: { spans: all(2, 'Span') },
  Span: {
    traceId: [1, 'bytes'],
    spanId: [2, 'bytes'],
    name: [5, 'string'],
    startTimeUnixNano: [7, 'fixed64'],
    endTimeUnixNano: [8, 'fixed64'],
    attributes: all(9, 'KeyValue'),
    status: [15, 'SpanStatus'],
  },
  SpanStatus: { message: [2, 'string'], code: [3, 'int32'] },
  Logs: { resourceLogs: all(1, 'ResourceLogs') },
  ResourceLogs: { resource: [1, 'Resource'], scopeLogs: all(2, 'ScopeLogs') },
  ScopeLogs: { logRecords: all(2, 'LogRecord') },
  LogRecord: {
    timeUnixNano: [1, 'fixed64'],
    body: [5, 'AnyValue'],
    attributes: all(6, 'KeyValue'),
    traceId: [9, 'bytes'],
    spanId: [10, 'bytes'],
    observedTimeUnixNano: [11, 'fixed64'],
    eventName: [12, 'string'],
  },
  Metrics: { resourceMetrics: all(1, 'ResourceMetrics') },
  ResourceMetrics: { resource: [1, 'Resource'], scopeMetrics: all(2, 'ScopeMetrics') },
  ScopeMetrics: { metrics: all(2, 'Metric') },
  Metric: { name: [1, 'string'], sum: [7, 'Points'], histogram: [9, 'Distributions'] },
  Points: { dataPoints: all(1, 'Point'), aggregationTemporality: [2, 'int32'] },
  Point: {
    timeUnixNano: [3, 'fixed64'],
    asDouble: [4, 'double'],
    asInt: [6, 'sfixed64'],
    attributes: all(7, 'KeyValue'),
  },
  Distributions: { dataPoints: all(1, 'Distribution'), aggregationTemporality: [2, 'int32'] },
  Distribution: {
    timeUnixNano: [3, 'fixed64'],
    sum: [5, 'double'],
    attributes: all(9, 'KeyValue'),
  },
  Answer: { partialSuccess: [1, 'PartialSuccess'] },
  PartialSuccess: { rejected: [1, 'int64'], errorMessage: [2, 'string'] },
  Status: { code: [1, 'int32'], message: [2, 'string'] },
}

export type MessageName = 'Traces' | 'Logs' | 'Metrics' | 'Answer' | 'Status'

/** As protobufjs takes it. */
export const descriptor = {
  nested: Object.fromEntries(
    Object.entries(messages).map(([name, fields]) => [
      name,
      {
        fields: Object.fromEntries(
          Object.entries(fields).map(([field, [id, type, rule]]) => [field, { id, type, ...(rule ? { rule } : {}) }]),
        ),
      },
    ]),
  ),
}
