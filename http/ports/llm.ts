import type { Settings } from '#core/kernel/config'
import type { LlmAddress } from '#core/kernel/runtime'
import type { Llm } from './llm-model.ts'

export type LlmSettings = Pick<Settings, 'llm_provider' | 'llm_base_url' | 'llm_api_key' | 'llm_model'>

/**
 * The model the settings name, or nothing when they do not name one in full: what needs it then fails closed.
 * The SDK is loaded with the first question; most servers never ask one.
 */
export function createLlm(settings: LlmSettings, fetch: typeof globalThis.fetch): Llm | undefined {
  const address = addressOf(settings)
  return address && llmAt(address, fetch)
}

export function llmAt(address: LlmAddress, fetch: typeof globalThis.fetch): Llm {
  let asking: Promise<Llm> | undefined
  return async (prompt, signal) => {
    asking ??= import('./llm-model.ts').then(({ askingModel }) => askingModel(address, fetch))
    return (await asking)(prompt, signal)
  }
}

function addressOf(settings: LlmSettings): LlmAddress | undefined {
  const { llm_provider: provider, llm_base_url: baseURL, llm_api_key: apiKey, llm_model: model } = settings
  if (!provider || !model) return undefined
  if (provider === 'anthropic' ? !apiKey : !baseURL) return undefined
  return { provider, model, ...(baseURL === undefined ? {} : { baseURL }), ...(apiKey === undefined ? {} : { apiKey }) }
}
