import { parseAllowList } from '#core/kernel/allow-list'
import type { Settings } from '#core/kernel/config'
import type { Ports } from '#core/kernel/runtime'
import { createLlm, llmAt, type LlmSettings } from './llm.ts'
import { createMail } from './mail.ts'
import { createSafeFetch } from './safe-fetch.ts'

export interface OpenPorts {
  readonly ports: Ports
  /** Ends what is under way; call it after the runtime is closed. */
  readonly close: () => Promise<void>
}

/** The doorways of a running server, as the operator's settings describe them. */
export function openPorts(settings: Pick<Settings, 'egress_allow'> & LlmSettings): OpenPorts {
  const allow = parseAllowList(settings.egress_allow)
  const egress = createSafeFetch({ allow })
  // The operator named the model's host, which is often a private one; what users may name (webhooks) cannot reach it.
  const host = settings.llm_base_url === undefined ? [] : [new URL(settings.llm_base_url).host.toLowerCase()]
  const toModel = createSafeFetch({ allow: new Set([...allow, ...host]) })
  const llm = createLlm(settings, toModel.fetch)
  return {
    ports: {
      fetch: egress.fetch,
      mail: createMail(allow),
      judge: egress.judge,
      llmAt: (address) => llmAt(address, egress.fetch),
      ...(llm ? { llm } : {}),
    },
    close: async () => {
      await Promise.all([egress.close(), toModel.close()])
    },
  }
}
