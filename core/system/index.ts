export { started } from './started.ts'
export { version } from './version.ts'
