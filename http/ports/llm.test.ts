import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { parseAllowList } from '#core/kernel/allow-list'
import { createLlm, type LlmSettings } from './llm.ts'
import { createSafeFetch, type SafeFetch } from './safe-fetch.ts'
import { stubServer, type StubServer } from '#core/testing/stub-server'

const KEY = 'sk-test-never-to-be-seen-in-a-log'
const prompt = { system: 'You judge.', user: 'Is this fine?', maxTokens: 64 }
let stub: StubServer
let egress: SafeFetch
let status = 200
let silent = false

beforeAll(async () => {
  stub = await stubServer((request, response) => {
    if (silent) return
    response.writeHead(status, { 'content-type': 'application/json' })
    const anthropic = request.path.endsWith('/messages')
    response.end(
      JSON.stringify(status === 200 ? (anthropic ? anthropicAnswer : openAiAnswer) : { error: { message: KEY } }),
    )
  })
  egress = createSafeFetch({ allow: parseAllowList('127.0.0.1') })
})
beforeEach(() => {
  status = 200
  silent = false
})
afterAll(async () => {
  await egress.close()
  await stub.close()
})

const openAiAnswer = {
  id: 'c1',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'as openai' } }],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
}
const anthropicAnswer = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'm',
  content: [{ type: 'text', text: 'as anthropic' }],
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: { input_tokens: 1, output_tokens: 1 },
}

function settings(provider: LlmSettings['llm_provider']): LlmSettings {
  return { llm_provider: provider, llm_base_url: `${stub.url}/v1`, llm_api_key: KEY, llm_model: 'm' }
}

test('the OpenAI-compatible wire format is spoken', async () => {
  const answer = await createLlm(settings('openai-compatible'), egress.fetch)?.(prompt, AbortSignal.timeout(5000))
  expect(answer).toBe('as openai')
  const sent = stub.received.at(-1)
  expect(sent?.path).toBe('/v1/chat/completions')
  expect(sent?.headers.authorization).toBe(`Bearer ${KEY}`)
  expect(JSON.parse(sent?.body ?? '')).toMatchObject({
    model: 'm',
    max_tokens: 64,
    temperature: 0,
    messages: [{ role: 'system' }, { role: 'user', content: 'Is this fine?' }],
  })
})

test('the Anthropic wire format is spoken', async () => {
  const answer = await createLlm(settings('anthropic'), egress.fetch)?.(prompt, AbortSignal.timeout(5000))
  expect(answer).toBe('as anthropic')
  const sent = stub.received.at(-1)
  expect(sent?.path).toBe('/v1/messages')
  expect(sent?.headers['x-api-key']).toBe(KEY)
  expect(JSON.parse(sent?.body ?? '')).toMatchObject({ model: 'm', max_tokens: 64, system: [{ text: 'You judge.' }] })
})

test.each(['openai-compatible', 'anthropic'] as const)(
  '%s: a failure names the status and nothing secret',
  async (provider) => {
    status = 401
    const asked = createLlm(settings(provider), egress.fetch)?.(prompt, AbortSignal.timeout(5000))
    const error = await asked?.catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ message: 'the language model answered with status 401' })
    const shown = JSON.stringify(error, Object.getOwnPropertyNames(error)) + String((error as Error).cause)
    expect(shown).not.toContain(KEY)
  },
)

test('one failure is one call: nothing is repeated behind the deadline', async () => {
  status = 500
  const before = stub.received.length
  await expect(createLlm(settings('anthropic'), egress.fetch)?.(prompt, AbortSignal.timeout(5000))).rejects.toThrow(
    '500',
  )
  expect(stub.received.length).toBe(before + 1)
})

test('the signal ends a model that does not answer', async () => {
  silent = true
  const started = performance.now()
  const asked = createLlm(settings('openai-compatible'), egress.fetch)?.(prompt, AbortSignal.timeout(100))
  await expect(asked).rejects.toMatchObject({ name: 'TimeoutError' })
  expect(performance.now() - started).toBeLessThan(2000)
})

test('without a provider, model or key there is no model', () => {
  const none = { llm_provider: undefined, llm_base_url: undefined, llm_api_key: undefined, llm_model: undefined }
  expect(createLlm(none, egress.fetch)).toBeUndefined()
  expect(createLlm({ ...none, llm_provider: 'anthropic', llm_model: 'm' }, egress.fetch)).toBeUndefined()
  expect(createLlm({ ...none, llm_provider: 'openai-compatible', llm_model: 'm' }, egress.fetch)).toBeUndefined()
})
