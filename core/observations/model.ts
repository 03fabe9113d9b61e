import { knownSettings, outsideProblem, secretOf, type OrgSettings } from '#core/settings/index'
import type { LlmAddress, Ports, Runtime } from '../kernel/runtime.ts'

export interface Model {
  /** What tells its judgements from those of another model. */
  readonly name: string
  readonly ask: NonNullable<Ports['llm']>
}

/**
 * The language model that judges for an org: its own when it names a provider, else the instance's. An own one that is
 * not set in full fails: what the org wants judged elsewhere never goes to the instance's model instead.
 */
export async function modelOf(runtime: Runtime, orgId: string): Promise<Model> {
  const settings = await runtime.use(knownSettings).of(orgId)
  const { llm, llmAt } = runtime.ports
  if (settings.llm_provider === null) {
    if (!llm) throw new Error('no language model is configured')
    return { name: 'instance', ask: llm }
  }
  if (!llmAt) throw new Error('this instance asks no language models of orgs')
  const address = addressOf(settings, runtime.settings.egress_allow)
  const name = JSON.stringify(address)
  return {
    name,
    ask: async (prompt, signal) => {
      const apiKey = await secretOf(runtime, orgId, 'llm_api_key')
      if (apiKey === undefined && address.provider === 'anthropic') throw new Error(notInFull('llm_api_key'))
      return llmAt({ ...address, ...(apiKey === undefined ? {} : { apiKey }) })(prompt, signal)
    },
  }
}

function addressOf(settings: OrgSettings, egressAllow: string): LlmAddress {
  const { llm_provider: provider, llm_model: model, llm_base_url: baseURL } = settings
  if (provider === null || model === null) throw new Error(notInFull('llm_model'))
  if (provider === 'openai-compatible' && baseURL === null) throw new Error(notInFull('llm_base_url'))
  // The operator's list may have changed since it was set.
  if (outsideProblem(baseURL, egressAllow)) throw new Error("the address of the org's language model is not https")
  return { provider, model, ...(baseURL === null ? {} : { baseURL }) }
}

const notInFull = (missing: string): string => `the org's language model is not set in full: ${missing} is missing`
