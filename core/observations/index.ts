export { isAllowListed, parseAllowList, type AllowList } from './allow-list.rules.ts'
export { observeNeeds, type Observed, type ObserveOptions } from './observe.ts'
export { commitReservations, releaseReservations, sweepReservations, type ActualSpend } from './settle.store.ts'
export { sweepObservations } from './sweep.store.ts'
