export { alertWatch } from './watch.ts'
export { sweepAlerts } from './sweep.ts'
