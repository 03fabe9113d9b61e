export { isAllowListed, parseAllowList, type AllowList } from '../kernel/allow-list.ts'
export { observeNeeds, type Observed, type ObserveOptions } from './observe.ts'
export { renewReservations } from './renew.store.ts'
export {
  adjustReservations,
  commitReservations,
  releaseReservations,
  sweepReservations,
  type ActualSpend,
} from './settle.store.ts'
export { sweepObservations } from './sweep.store.ts'
