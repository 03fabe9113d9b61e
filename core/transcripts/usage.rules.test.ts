import { expect, test } from 'vitest'
import { readUsage } from './usage.rules.ts'

const answer = (id: string, output: number, more: object = {}) => ({
  type: 'assistant',
  requestId: 'r1',
  message: { id, model: 'claude-sonnet-4-5', usage: { input_tokens: 10, output_tokens: output, ...more } },
})

test('an answer in several records counts once, by its last', () => {
  const usage = readUsage([answer('m1', 1), answer('m1', 42, { cache_read_input_tokens: 5 }), answer('m2', 3)])
  expect(usage.map(({ key, output }) => [key, output])).toEqual([
    ['m1:r1', 42],
    ['m2:r1', 3],
  ])
  expect(usage[0]).toMatchObject({ input: 10, cacheRead: 5, cacheWrite: 0, model: 'claude-sonnet-4-5' })
})

test('what the client made up itself, or has no usage, costs nothing', () => {
  const made = { ...answer('m1', 5), message: { id: 'm1', model: '<synthetic>', usage: { output_tokens: 5 } } }
  expect(readUsage([made, { type: 'assistant', message: {} }, { type: 'user' }, {}])).toEqual([])
})

const response = (id: string) => ({
  type: 'token_usage_record',
  payload: { response_id: id, usage: { input_tokens: 101, cached_input_tokens: 11, output_tokens: 22 } },
})
const total = (sum: number, last: number) => ({
  type: 'event_msg',
  payload: {
    type: 'token_count',
    info: { total_token_usage: { total_tokens: sum }, last_token_usage: { input_tokens: last } },
  },
})

test('Codex: each response once, cached tokens apart, totals never summed', () => {
  const turn = { type: 'turn_context', payload: { model: 'gpt-5.2-codex' } }
  const usage = readUsage([turn, response('r1'), total(123, 101), response('r2'), total(246, 101), response('r1')])
  expect(usage).toHaveLength(2)
  expect(usage[0]).toMatchObject({ key: 'r1', model: 'gpt-5.2-codex', input: 90, cacheRead: 11, output: 22 })
})

test('older Codex: the last request counts when the total has moved', () => {
  const usage = readUsage([
    total(100, 100),
    total(100, 100),
    total(150, 50),
    { type: 'event_msg', payload: { info: null } },
  ])
  expect(usage.map(({ input }) => input)).toEqual([100, 50])
})
