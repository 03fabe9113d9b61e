export { watchDrift } from './watch.ts'
