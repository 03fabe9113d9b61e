export { isForeignAgent } from './agents.ts'
export { grantCache } from './cache.ts'
export {
  consumeRecord,
  decideDeviceCode,
  findByUserCode,
  findRecord,
  keepRecord,
  putRecord,
  recordKey,
  removeRecord,
  removeRecordsOfGrant,
  sweepRecords,
  type Payload,
  type StoredRecord,
} from './records.ts'
export { rotateDueSigningKey, signingKeys, type SigningKey } from './signing-keys.ts'
export { endGrantOfClient, findUsableGrant, GRANT_DAYS, insertGrant } from './store.ts'
export { findPerson, membershipsOf, type Membership } from './people.ts'
