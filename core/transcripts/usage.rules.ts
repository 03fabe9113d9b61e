import { recordOf, textOf, type Json } from './calls.rules.ts'

/** Tokens of one answer of a model. */
export interface ModelUsage {
  /** The same wherever the answer is written down: resumed and forked sessions repeat earlier ones. */
  readonly key: string
  readonly model: string | null
  readonly at: string | null
  /** Input that was neither read from nor written to a cache. */
  readonly input: number
  readonly output: number
  readonly cacheRead: number
  readonly cacheWrite: number
}

/**
 * One usage for each answer. Claude Code writes an answer as several records with the same usage, the last of which
 * counts; Codex writes totals that grow, so only what a single response used is read there.
 */
export function readUsage(records: readonly Json[]): ModelUsage[] {
  const found = new Map<string, ModelUsage>()
  // Older Codex has no record per response: then the last request of each token count is taken, when the total moved.
  const perResponse = records.some(({ type }) => type === 'token_usage_record')
  let model: string | null = null
  for (const record of records) {
    const payload = recordOf(record['payload'])
    if (record['type'] === 'turn_context') model = textOf(payload['model']) ?? model
    const usage = record['type'] === 'assistant' ? ofClaude(record) : ofCodex(record, payload, { model, perResponse })
    if (usage) found.set(usage.key, usage)
  }
  return [...found.values()]
}

function ofClaude(record: Json): ModelUsage | null {
  const message = recordOf(record['message'])
  const usage = recordOf(message['usage'])
  const id = textOf(message['id'])
  const model = textOf(message['model'])
  // Records that the client made up itself carry a model of this name and cost nothing.
  if (id === null || model === '<synthetic>' || typeof usage['output_tokens'] !== 'number') return null
  return {
    key: `${id}:${textOf(record['requestId']) ?? ''}`,
    model,
    at: textOf(record['timestamp']),
    input: count(usage['input_tokens']),
    output: count(usage['output_tokens']),
    cacheRead: count(usage['cache_read_input_tokens']),
    cacheWrite: count(usage['cache_creation_input_tokens']),
  }
}

interface CodexState {
  readonly model: string | null
  readonly perResponse: boolean
}

function ofCodex(record: Json, payload: Json, { model, perResponse }: CodexState): ModelUsage | null {
  const at = textOf(record['timestamp'])
  if (record['type'] === 'token_usage_record') {
    const id = textOf(payload['response_id'])
    return id === null ? null : { key: id, model, at, ...codexCounts(recordOf(payload['usage'])) }
  }
  if (perResponse || record['type'] !== 'event_msg' || payload['type'] !== 'token_count') return null
  const info = recordOf(payload['info'])
  const total = count(recordOf(info['total_token_usage'])['total_tokens'])
  const thread = textOf(payload['thread_id']) ?? textOf(record['thread_id']) ?? ''
  if (total === 0) return null
  return { key: `${thread}:${total}`, model, at, ...codexCounts(recordOf(info['last_token_usage'])) }
}

/** Codex counts cached tokens as input, and reasoning as output, already. */
function codexCounts(usage: Json) {
  const cacheRead = count(usage['cached_input_tokens'])
  const cacheWrite = count(usage['cache_write_input_tokens'])
  const input = Math.max(0, count(usage['input_tokens']) - cacheRead - cacheWrite)
  return { input, output: count(usage['output_tokens']), cacheRead, cacheWrite }
}

const MAX = 100_000_000

function count(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? Math.min(MAX, Math.floor(value)) : 0
}
