import { z } from 'zod'
import { AgentId } from '#core/agents/index'
import { Instant } from '../kernel/time.ts'

export const EVENT_KINDS = ['heartbeat', 'tool_call', 'error', 'cost', 'status_change', 'task'] as const
export type EventKind = (typeof EVENT_KINDS)[number]

export const OUTCOMES = ['success', 'failure', 'partial'] as const
export type Outcome = (typeof OUTCOMES)[number]

export const REPORTED = ['running', 'stopped', 'error', 'idle'] as const

const Count = z.int().min(0).max(1_000_000_000_000)
const Usd = z.number().min(0).max(1_000_000)
/** Larger is refused, not cut: a sender should know that it is not kept. */
const MAX_METADATA = 32_768

export const SIGNALS = ['traces', 'metrics', 'logs'] as const

const UsageFrom = z
  .object({ source: z.string().min(1).max(256), signal: z.enum(SIGNALS) })
  .describe(
    'Where an emitter tells the same tokens by several signals: the one that came first counts, until it is silent for an hour',
  )

export const TelemetryEvent = z
  .object({
    event_id: z.string().min(1).max(128).optional().describe('The same twice is counted once; made when left away'),
    agent_id: AgentId.optional().describe('May be left away with a key bound to an agent'),
    agent_name: z.string().min(1).max(256).optional(),
    host: z.string().min(1).max(256).optional().describe('The machine it runs on'),
    type: z.enum(EVENT_KINDS),
    timestamp: Instant.optional().describe('Now when left away; at most 5 minutes ahead and 180 days old'),
    version_id: z.string().min(1).max(128).optional().describe('The version of the agent that did it'),
    task_id: z.string().min(1).max(128).optional(),
    action_id: z
      .string()
      .min(1)
      .max(128)
      .optional()
      .describe('The action it is part of: then its cost is no part of a budget, as the action tells its own'),
    task: z.string().min(1).max(256).optional().describe('Name of the task, by which outcomes are compared'),
    outcome: z.enum(OUTCOMES).optional(),
    tool_name: z.string().min(1).max(256).optional(),
    input: z.unknown().optional().describe('Of a tool call; only its digest is kept, to see calls that repeat'),
    status: z.enum(REPORTED).optional(),
    message: z.string().max(4000).optional(),
    error: z.string().max(4000).optional(),
    model: z.string().min(1).max(256).optional(),
    tokens: Count.optional().describe('All tokens, where their kinds are not known'),
    tokens_in: Count.optional().describe('Without those of a cache'),
    tokens_out: Count.optional(),
    cache_read_tokens: Count.optional(),
    cache_write_tokens: Count.optional(),
    cost_usd: Usd.optional().describe('Priced from model and tokens when left away'),
    duration_ms: Count.optional(),
    value_usd: Usd.optional().describe('What the outcome of a task is worth'),
    usage_from: UsageFrom.optional(),
    output: z.string().max(100_000).optional().describe('Text an agent gave out: its tone is measured, it is not kept'),
    metadata: z
      .record(z.string(), z.unknown())
      .refine((data) => Buffer.byteLength(JSON.stringify(data)) <= MAX_METADATA, { message: 'must be at most 32 KiB' })
      .optional(),
  })
  .meta({ id: 'TelemetryEvent' })
export type TelemetryEvent = z.output<typeof TelemetryEvent>
