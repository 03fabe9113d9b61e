export { RecentEvent, recentEvents } from './recent.ts'
export { SUCCESS } from './sums.rules.ts'
