export { RecentEvent, recentEvents } from './recent.ts'
export { sweepTelemetry } from './retention.ts'
export { SUCCESS } from './sums.rules.ts'
