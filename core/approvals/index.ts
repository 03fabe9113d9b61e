export { Approval } from './schema.ts'
export { loadDecidedSince } from './recent.ts'
