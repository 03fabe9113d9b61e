import { z } from 'zod'
import type { Context } from '#core/kernel/context'
import { operation } from '#core/kernel/operation'
import { caseFacts } from './case-facts.ts'
import { PolicyCase } from './case-schema.ts'
import { DECISIONS } from './decision.rules.ts'
import { ownTestsOf, parsePolicyFile, type PolicyFile } from './file.rules.ts'
import { runPolicyFile } from './run-file.ts'
import { parseRules } from './rules.rules.ts'
import { invalid } from './schema.ts'
import { loadPolicyRows } from './store.ts'

const Count = z.int().min(0)

export const test = operation({
  name: 'policies_test',
  title: 'Test policies',
  description: 'Run the tests of a policy file, or those inside the active policies; nothing is stored or sent.',
  input: z.object({
    file: z.string().min(1).max(1_000_000).optional().describe('A policy file in YAML; absent = the active policies'),
    tests: z.array(PolicyCase).max(1_000).optional().describe('Further tests, run against all policies together'),
  }),
  output: z.object({
    passed: Count,
    failed: Count,
    results: z.array(
      z.object({
        policy: z.string().nullable(),
        name: z.string(),
        passed: z.boolean(),
        expected: z.enum(DECISIONS),
        decision: z.enum(DECISIONS),
        problem: z.string().nullable(),
        explain: z.array(z.record(z.string(), z.unknown())),
      }),
    ),
  }),
  scope: 'policies:read',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'post', path: '/api/policies/test' },
  mcp: 'catalog',

  async handler(ctx, input) {
    const file = input.file === undefined ? await storedFile(ctx) : readFile(input.file)
    const tests = [...file.tests, ...(input.tests ?? [])]
    const { passed, failed, results } = runPolicyFile({ ...file, tests }, caseFacts(ctx.now()))
    return {
      passed,
      failed,
      results: results.map((result) => ({ ...result, explain: result.explain.map((clause) => ({ ...clause })) })),
    }
  },
})

function readFile(source: string): PolicyFile {
  const parsed = parsePolicyFile(source)
  if (!parsed.ok) throw invalid(parsed.issues.map(({ path, message }) => `file: ${path}: ${message}`))
  return parsed.file
}

async function storedFile(ctx: Context): Promise<PolicyFile> {
  const policies = await loadPolicyRows(ctx.db, ctx.actor.orgId)
  const ownTests = new Map(
    policies.map(({ name, policy_type, rules }) => {
      const parsed = parseRules(policy_type, rules)
      return [name, parsed.ok ? ownTestsOf(parsed.rules) : []]
    }),
  )
  return { policies, tests: [], ownTests }
}
