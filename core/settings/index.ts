export { knownSettings } from './known.ts'
export { outsideProblem } from './outside.rules.ts'
export { effectiveSettings, type OrgSettings } from './schema.ts'
export { secretOf } from './store.ts'
