import { lintSource } from '@secretlint/core'
import { rules } from '@secretlint/secretlint-rule-preset-recommend'
import { mergeFindings, secretPreview, secretScan } from './secret-scan.rules.ts'
import type { SecretFinding, SecretScan } from './secret-scan.rules.ts'

/** Text must not be able to switch its own scan off, so the rule that obeys `secretlint-disable` comments stays out. */
const RULES = rules
  .filter((rule) => !rule.meta.id.includes('filter-comments'))
  .map((rule) => ({ id: rule.meta.id, rule }))

/** An account number is an identifier, not a secret. */
const NOT_SECRET = new Set(['AWSAccountID'])

/**
 * `secretScan` plus the recommended secretlint rules. For paths where milliseconds do not matter (exports, bundles,
 * skill files); the guard's hot path uses `secretScan` and `redactDeep`.
 */
export async function secretScanFull(text: string): Promise<SecretScan> {
  const own = secretScan(text).findings
  const { messages } = await lintSource({
    source: { filePath: 'input.txt', content: text, contentType: 'text', ext: '.txt' },
    options: { config: { rules: RULES }, noPhysicFilePath: true },
  })
  const findings = [...own]
  for (const { ruleId, messageId, range } of messages) {
    if (NOT_SECRET.has(messageId)) continue
    const [start, end] = range
    const pattern = ruleId
      .replace(/^.*secretlint-rule-/, '')
      .replace(/[^a-z0-9]+/gi, '_')
      .toLowerCase()
    const finding: SecretFinding = {
      pattern,
      category: 'secretlint',
      severity: 'critical',
      preview: secretPreview(text.slice(start, end)),
      start,
      end,
    }
    findings.push(finding)
  }
  return { detected: findings.length > 0, findings: mergeFindings(findings) }
}
