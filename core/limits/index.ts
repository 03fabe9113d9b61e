export { sweepDays, takeOfDay } from './day.store.ts'
export { limits } from './limits.ts'
export type { MinuteCounter, Verdict } from './minute-counter.ts'
