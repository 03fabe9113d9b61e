export { deliverRelease } from './deliver.ts'
export { expireDueApprovals, expireOverdue } from './expiry.ts'
export { Action, ActionId, Security, actionToWire, type ActionRow } from './schema.ts'
export { findAction, loadActionWire, maySee, releaseApproved, requireAction, wrongIdKind } from './store.ts'
