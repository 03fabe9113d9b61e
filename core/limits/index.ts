export { limits } from './limits.ts'
export type { MinuteCounter, Verdict } from './minute-counter.ts'
