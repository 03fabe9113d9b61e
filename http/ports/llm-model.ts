import { createAnthropic } from '@ai-sdk/anthropic'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { APICallError, generateText, type LanguageModel } from 'ai'
import type { LlmAddress, Ports } from '#core/kernel/runtime'

export type Llm = NonNullable<Ports['llm']>

/** One question, one answer, one try: whoever asks has a deadline and a fallback of their own. */
export function askingModel(address: LlmAddress, fetch: typeof globalThis.fetch): Llm {
  // The SDK prints its warnings, and standard output belongs to the protocol when Writ speaks MCP over stdio.
  globalThis.AI_SDK_LOG_WARNINGS = false
  const model = modelOf(address, fetch)
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

function modelOf({ provider, model, ...how }: LlmAddress, fetch: typeof globalThis.fetch): LanguageModel {
  if (provider === 'anthropic') return createAnthropic({ ...how, fetch })(model)
  return createOpenAICompatible({ baseURL: '', ...how, name: 'configured', fetch })(model)
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
