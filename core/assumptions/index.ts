export { Assumption } from './schema.ts'
export { assumptionsOf } from './store.ts'
