export { loadSettledSince } from './recent.ts'
