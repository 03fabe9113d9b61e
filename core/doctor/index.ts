export { CATEGORIES } from './schema.ts'
