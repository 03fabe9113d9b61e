export { openSecret, parseMasterKey, sealSecret } from './box.rules.ts'
export { encryptedColumns } from './columns.ts'
export { masterKeyOf } from './master-key.ts'
export { rekeySecrets, type Rekeyed } from './rekey.ts'
