export { Loop } from './schema.ts'
export { loopsOf } from './store.ts'
