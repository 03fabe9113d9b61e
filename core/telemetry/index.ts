export { RecentEvent, recentEvents } from './recent.ts'
export { SUCCESS } from './sums.rules.ts'
export { TelemetryEvent } from './schema.ts'
export { sweepUsageSources } from './repeated-usage.ts'
