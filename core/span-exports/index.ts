export { exportDueSpans } from './run.ts'
