export { gradeAct } from './grade.rules.ts'
export { classifyPath, compilePathPatterns, matchPath, patternProblem, type PathClass } from './path.rules.ts'
export { ActInput, dangerRank, type Act, type Danger, type Finding, type Grade } from './schema.ts'
export { loadSqlParser } from './sql.rules.ts'
