export { pinnedPart, unsound, type Definition } from './definition.rules.ts'
export type { Checked } from './check.ts'
export { ServerName } from './schema.ts'
