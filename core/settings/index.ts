export { OrgSettings, effectiveSettings } from './schema.ts'
