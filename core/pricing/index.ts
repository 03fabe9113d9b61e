export type { Price, PriceOverride, Usage } from './price.rules.ts'
export { priceUsage } from './price.rules.ts'
