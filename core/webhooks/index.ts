export { clawmitFilters, clawmitNames } from './body.rules.ts'
export { deriveDeliveries } from './derive.ts'
export { deliverWebhooks, sweepDeliveries } from './jobs.ts'
export { payloadsOf } from './payloads.ts'
