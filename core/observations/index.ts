export { observeNeeds, type Observed, type ObserveOptions } from './observe.ts'
export { commitReservations, releaseReservations, sweepReservations, type ActualSpend } from './settle.store.ts'
export { sweepObservations } from './sweep.store.ts'
export type {
  BudgetReservationTable,
  BudgetUsageTable,
  RateCounterTable,
  WebhookDeliveryTable,
  WebhookSecretTable,
} from './tables.ts'
