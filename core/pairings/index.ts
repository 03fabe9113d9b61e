export { sweepPairings } from './store.ts'
