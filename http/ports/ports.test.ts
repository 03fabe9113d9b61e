import { afterAll, beforeAll, expect, test } from 'vitest'
import { stubServer, type StubServer } from '#core/testing/stub-server'
import { openPorts, type OpenPorts } from './ports.ts'

let model: StubServer
let open: OpenPorts
const message = { role: 'assistant', content: 'hello' }

beforeAll(async () => {
  model = await stubServer((_request, response) => {
    const choices = [{ index: 0, finish_reason: 'stop', message }]
    response.end(JSON.stringify({ id: 'c', object: 'chat.completion', created: 1, model: 'm', choices }))
  })
  open = openPorts({
    egress_allow: '',
    llm_provider: 'openai-compatible',
    llm_base_url: `${model.url}/v1`,
    llm_api_key: undefined,
    llm_model: 'm',
  })
})
afterAll(async () => {
  await open.close()
  await model.close()
})

test('a model on a private host is reached because the operator named it, and by nothing else', async () => {
  const prompt = { system: 's', user: 'u', maxTokens: 5 }
  expect(await open.ports.llm?.(prompt, AbortSignal.timeout(5000))).toBe('hello')
  await expect(open.ports.fetch(model.url)).rejects.toMatchObject({ name: 'EgressError', reason: 'address' })
})

test('without a model there is none', () => {
  const none = { llm_provider: undefined, llm_base_url: undefined, llm_api_key: undefined, llm_model: undefined }
  expect(openPorts({ egress_allow: '', ...none }).ports.llm).toBeUndefined()
})
