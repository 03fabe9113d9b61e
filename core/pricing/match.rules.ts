import type { MatchLogic, ModelPrice, PriceCalculation } from '@pydantic/genai-prices'
import { calcPrice, findProvider } from '@pydantic/genai-prices'

/** Names that routers put before a model, where they differ from the price table's own provider ids. */
const PROVIDER_ALIASES: ReadonlyMap<string, string> = new Map([
  ['bedrock', 'aws'],
  ['vertex_ai', 'google'],
  ['vertex', 'google'],
  ['gemini', 'google'],
  ['xai', 'x-ai'],
])
const BEDROCK_REGION = /^(?:us|us-gov|eu|apac|global|jp|au|ca)\.(?=[a-z]+\.)/
const BEDROCK_MODEL = /^(?:anthropic|amazon|meta|mistral|cohere|deepseek|ai21|openai|qwen)\.[a-z]/
/** What may follow a model's name without making it another model: a date, a revision, a channel. */
const SUFFIX =
  /^(?:[-@:](?:\d{4}-?\d{2}-?\d{2}|\d{2}-\d{2}|0\d\d|latest|preview|exp|experimental|thinking|default|v\d+(?::\d+)?))*$/

export interface PricedModel {
  readonly provider: string
  readonly model: string
  readonly prices: ModelPrice
}

interface Asked {
  readonly provider: string | undefined
  readonly model: string
}

function readId(raw: string): Asked {
  const id = raw
    .trim()
    .toLowerCase()
    .replace(/\[[^\]]*\]$/, '')
  const slash = id.indexOf('/')
  if (slash > 0) {
    const prefix = PROVIDER_ALIASES.get(id.slice(0, slash)) ?? id.slice(0, slash)
    if (findProvider({ providerId: prefix })?.id === prefix) return { provider: prefix, model: id.slice(slash + 1) }
  }
  const bare = id.replace(BEDROCK_REGION, '')
  return BEDROCK_MODEL.test(bare) ? { provider: 'aws', model: id } : { provider: undefined, model: id }
}

function extendsName(name: string, model: string): boolean {
  return model.startsWith(name) && SUFFIX.test(model.slice(name.length))
}

/**
 * The table's own rules reach too far for money (`contains`, open prefixes): `claude-haiku-4-55` is not Haiku 4.5.
 * A name counts when it is equal, or goes on with nothing but a date, a revision or a channel.
 */
function namesModel(rule: MatchLogic, { provider, model }: Asked): boolean {
  if ('or' in rule) return rule.or.some((one) => namesModel(one, { provider, model }))
  if ('and' in rule) return rule.and.some((one) => namesModel(one, { provider, model }))
  if ('equals' in rule) return extendsName(rule.equals.toLowerCase(), model)
  if ('starts_with' in rule) return extendsName(rule.starts_with.toLowerCase(), model)
  if ('contains' in rule && provider === 'aws') {
    return [model, model.replace(BEDROCK_REGION, '')].some((name) => extendsName(rule.contains.toLowerCase(), name))
  }
  return 'regex' in rule && rule.regex.startsWith('^') && rule.regex.endsWith('$') && new RegExp(rule.regex).test(model)
}

const MAX_KNOWN = 2000
const known = new Map<string, PricedModel | null>()

/**
 * The model's prices at a time, in USD per million tokens; null for a model the table does not name. Offline. Prices
 * change by the day or the hour, never within a minute, and a search through the whole table is what costs time here.
 */
export function findPrices(modelId: string, at: Date): PricedModel | null {
  const key = `${Math.floor(at.getTime() / 60_000)} ${modelId.slice(0, 256)}`
  let found = known.get(key)
  if (found === undefined) {
    found = searchPrices(modelId, at)
    if (known.size >= MAX_KNOWN) known.clear()
    known.set(key, found)
  }
  return found
}

function searchPrices(modelId: string, at: Date): PricedModel | null {
  const asked = readId(modelId.slice(0, 256))
  const options = asked.provider === undefined ? { timestamp: at } : { timestamp: at, providerId: asked.provider }
  let found: PriceCalculation | null = null
  try {
    found = calcPrice({ input_tokens: 1 }, asked.model, options)
  } catch {
    // The table prices this model by something other than tokens.
    return null
  }
  if (!found || !namesModel(found.model.match, asked)) return null
  return { provider: found.provider.id, model: found.model.id, prices: found.model_price }
}
