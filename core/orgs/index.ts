export { ensureFirstOrg, insertOrg, FIRST_ORG, type FirstKeys } from './store.ts'
