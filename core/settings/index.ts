export { knownSettings } from './known.ts'
export { modelAddressProblem } from './model.rules.ts'
export { effectiveSettings, type OrgSettings } from './schema.ts'
export { secretOf } from './store.ts'
