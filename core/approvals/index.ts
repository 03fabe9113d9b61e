export { loadDecidedSince } from './recent.ts'
