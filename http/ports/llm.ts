import { createAnthropic } from '@ai-sdk/anthropic'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { APICallError, generateText, type LanguageModel } from 'ai'
import type { Settings } from '#core/kernel/config'
import type { Ports } from '#core/kernel/runtime'

export type LlmSettings = Pick<Settings, 'llm_provider' | 'llm_base_url' | 'llm_api_key' | 'llm_model'>
type Llm = NonNullable<Ports['llm']>

/** The model the settings name, or nothing when they name none: what needs it then fails closed. */
export function createLlm(settings: LlmSettings, fetch: typeof globalThis.fetch): Llm | undefined {
  const model = modelOf(settings, fetch)
  if (!model) return undefined
  return async (prompt, signal) => {
    try {
      const { text } = await generateText({
        model,
        instructions: prompt.system,
        prompt: prompt.user,
        maxOutputTokens: prompt.maxTokens,
        temperature: 0,
        maxRetries: 0,
        abortSignal: signal,
        telemetry: { isEnabled: false },
      })
      return text
    } catch (thrown) {
      throw signal.aborted ? signal.reason : told(thrown)
    }
  }
}

function modelOf(settings: LlmSettings, fetch: typeof globalThis.fetch): LanguageModel | undefined {
  const { llm_provider: provider, llm_base_url: baseURL, llm_api_key: apiKey, llm_model: model } = settings
  if (!provider || !model) return undefined
  // The SDK prints its warnings, and standard output belongs to the protocol when Writ speaks MCP over stdio.
  globalThis.AI_SDK_LOG_WARNINGS = false
  if (provider === 'anthropic') {
    if (!apiKey) return undefined
    return createAnthropic({ apiKey, fetch, ...(baseURL === undefined ? {} : { baseURL }) })(model)
  }
  if (!baseURL) return undefined
  return createOpenAICompatible({ name: 'configured', baseURL, fetch, ...(apiKey === undefined ? {} : { apiKey }) })(
    model,
  )
}

/** A provider's error carries the request and the answer; only the status may be repeated. */
function told(thrown: unknown): Error {
  if (!APICallError.isInstance(thrown)) return new Error('the language model could not be asked', { cause: thrown })
  const { statusCode } = thrown
  return new Error(
    statusCode === undefined
      ? 'the language model could not be reached'
      : `the language model answered with status ${statusCode}`,
  )
}
