export { listActs, recordAct, type ActBy, type AdminAct, type ListedAct } from './record.ts'
