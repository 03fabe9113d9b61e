export { SEVERITIES, type Severity } from './kinds.rules.ts'
export { alertToWire, type Alert, type AlertRow } from './schema.ts'
export { sweepAlerts } from './sweep.ts'
export { alertWatch } from './watch.ts'
