export { type RiskTemplate } from './risk-template.rules.ts'
export { baseRiskOf, isMismatch, scoreRisk, type RiskBreakdown } from './risk.rules.ts'
