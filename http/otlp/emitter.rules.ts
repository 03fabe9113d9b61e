import type { z } from 'zod'
import type { TelemetryEvent } from '#core/telemetry/index'
import { cut, said, textAt, type Attributes } from './value.rules.ts'

export type Signal = 'traces' | 'metrics' | 'logs'
export type Draft = z.input<typeof TelemetryEvent>

/** One event and how many spans, points or records it stands for. */
export interface Reading {
  readonly draft: Draft
  readonly count: number
}

export interface Read {
  readonly readings: readonly Reading[]
  /** What cannot be counted, with the reason. */
  readonly refused: number
  readonly problem?: string
}

/**
 * Who sent it, by what the emitter says of itself. A key that is bound to an agent speaks for that one: then a name that
 * no one chose for Writ (`service.name`) is no claim to be another.
 */
export function senderOf(resource: Attributes, record: Attributes, bound: boolean): Partial<Draft> {
  const service = textAt(resource, 'service.name')
  const chosen = textAt(resource, 'writ.agent_id')
  const named = chosen ?? textAt(record, 'gen_ai.agent.id') ?? textAt(resource, 'gen_ai.agent.id') ?? service
  return said({
    agent_id: cut(bound ? chosen : named, 128),
    agent_name: cut(textAt(record, 'gen_ai.agent.name') ?? textAt(resource, 'gen_ai.agent.name') ?? service, 256),
    host: cut(textAt(resource, 'host.name'), 256),
    version_id: cut(textAt(resource, 'writ.version_id'), 128),
  })
}

/** Whatever is told by several signals of one emitter is counted by one of them: see `usage_from`. */
export function usageFrom(resource: Attributes, signal: Signal): Pick<Draft, 'usage_from'> {
  const place = [
    textAt(resource, 'service.namespace'),
    textAt(resource, 'service.name'),
    textAt(resource, 'writ.agent_id'),
  ]
  return { usage_from: { source: cut(place.filter(Boolean).join('/') || 'unknown', 256) ?? '', signal } }
}

interface Told {
  readonly input: number | undefined
  readonly output: number | undefined
  readonly cacheRead: number | undefined
  readonly cacheWrite: number | undefined
  readonly reasoning: number | undefined
}

/**
 * Tokens where the input holds those of the cache and the output those of reasoning, as the GenAI conventions and Codex
 * have it. A part that is larger than the whole shows an emitter that tells them apart; then they are added.
 */
export function tokensOfWhole({
  input = 0,
  output = 0,
  cacheRead = 0,
  cacheWrite = 0,
  reasoning = 0,
}: Told): Partial<Draft> {
  const cached = cacheRead + cacheWrite
  return {
    tokens_in: cached > input ? input : input - cached,
    tokens_out: reasoning > output ? output + reasoning : output,
    cache_read_tokens: cacheRead,
    cache_write_tokens: cacheWrite,
  }
}
