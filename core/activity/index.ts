export { recordAct, type ActBy, type AdminAct } from './record.ts'
