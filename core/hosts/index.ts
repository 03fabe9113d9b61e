export { sweepUsage } from './sweep.ts'
