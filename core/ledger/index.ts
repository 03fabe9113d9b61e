export { appendEntries, ensureHead, lockHead, readHead } from './append.ts'
export { canonical } from './canonical.ts'
export { parseCheckpoint, type Checkpoint } from './checkpoint.rules.ts'
export { latestCheckpoint, signCheckpoint, type CheckpointRow } from './checkpoints.ts'
export { signDueCheckpoints } from './jobs.ts'
export { ensureKey, jwkOf, listKeys, replaceKey, verifierKeyOf, type SigningPorts } from './keys.ts'
export { signingPorts } from './ports.ts'
export { signStatement, type SignedStatement } from './sign-statement.ts'
export {
  entryKinds,
  sealEntries,
  type Draft,
  type EntryBody,
  type EntryKind,
  type EntryRow,
  type Sealed,
} from './seal.rules.ts'
export { parseMasterKey } from './seed-box.rules.ts'
export { decodeHead, emptyHead, encodeFrontier, rootOf, type Head, type Tile } from './tree.rules.ts'
export { kidOf, parseTrustedKeys } from './trust.rules.ts'
export { verifyExport, type VerifyOptions, type VerifyReport } from './verify.rules.ts'
export type { Verdict } from './verdict.rules.ts'
