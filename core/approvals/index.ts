export { Approval } from './schema.ts'
