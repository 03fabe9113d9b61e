export { Assumption } from './schema.ts'
export { assumptionsOf, driftSummary } from './store.ts'
