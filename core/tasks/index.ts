export { sweepTasks } from './due.ts'
