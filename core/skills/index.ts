export { scanSkill } from './scan.rules.ts'
export { MAX_BYTES, MAX_FILES, type SkillFile, type SkillFinding, type SkillScan } from './schema.ts'
