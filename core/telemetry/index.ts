export { RecentEvent, recentEvents } from './recent.ts'
