import { existsSync, readFileSync } from 'node:fs'
import type { Command } from 'commander'
import type { InputOf, OutputOf } from '../client/index.ts'
import { define, type RemoteOptions } from './define.ts'
import { CliError } from './failure.ts'
import { wholeNumber } from './option.rules.ts'
import { readPolicyFile } from './policy-file.ts'
import { connect } from './remote.ts'
import { harmless, paint, paintDecision, say, sayJson, sayTable } from './terminal.ts'

interface WindowOptions extends RemoteOptions {
  readonly days: number
}

type Draft = Pick<InputOf<'policies_replay'>, 'policy_id' | 'policy_type' | 'rules' | 'agent_ids'>

/** What a policy would do, before it does anything. */
export function addPolicyTrials(policy: Command): void {
  define(policy, 'test [file]', {
    summary: 'Run the tests of a policy file; without a file, those inside the active policies.',
    example: 'policy test rules.yaml',
    remote: true,
  }).action(test)
  define(policy, 'simulate <file>', {
    summary: 'What each policy of a file would have said to the latest actions.',
    example: 'policy simulate rules.yaml --days 7',
    remote: true,
  })
    .option('--days <number>', 'how far back', wholeNumber(1, 90), 7)
    .action(simulate)
  define(policy, 'replay <file-or-id>', {
    summary: 'Judge recorded decisions again with a policy added: what would have changed, with a repeatable hash.',
    example: 'policy replay rules.yaml --days 30',
    remote: true,
  })
    .option('--days <number>', 'how far back', wholeNumber(1, 365), 7)
    .action(replay)
}

async function test(path: string | undefined, options: RemoteOptions): Promise<void> {
  const file = path === undefined ? {} : { file: readFileSync(path, 'utf8') }
  const answer = await connect(options).call('policies_test', file)
  if (answer.failed > 0) process.exitCode = 1
  if (options.json) return sayJson(answer)
  for (const { passed, policy, name, problem, expected, decision } of answer.results) {
    const mark = passed ? paint('green', '✓') : paint('red', '✗')
    say(`${mark} ${harmless(policy === null ? name : `${policy}: ${name}`)}`)
    if (!passed) say(`    ${harmless(problem ?? `expected ${expected}, decided ${decision}`)}`)
  }
  say(`${answer.passed} passed, ${answer.failed} failed`)
}

async function simulate(path: string, options: WindowOptions): Promise<void> {
  const connection = connect(options)
  const results: (OutputOf<'policies_simulate'> & { name: string })[] = []
  for (const { name, policy_type, rules } of await readPolicyFile(path)) {
    const answer = await connection.call('policies_simulate', { policy_type, rules, days: options.days })
    results.push({ name, ...answer })
  }
  if (options.json) return sayJson({ policies: results })
  const rows = results.map(({ name, summary }) => {
    return [summary.total, summary.block, summary.require_approval, summary.warn, summary.allow, name]
  })
  sayTable(['ACTIONS', 'BLOCK', 'APPROVAL', 'WARN', 'ALLOW', 'POLICY'], rows)
}

async function replay(subject: string, options: WindowOptions): Promise<void> {
  const connection = connect(options)
  const reports: (OutputOf<'policies_replay'> & { name: string })[] = []
  for (const { name, draft } of await draftsOf(subject)) {
    const answer = await connection.call('policies_replay', { ...draft, days: options.days }, { timeoutMs: 120_000 })
    reports.push({ name, ...answer })
  }
  if (options.json) return sayJson({ replays: reports })
  for (const report of reports) sayReplay(report)
}

/** Policies of a file, or one that the server has. */
async function draftsOf(subject: string): Promise<{ name: string; draft: Draft }[]> {
  if (!existsSync(subject)) {
    if (!subject.startsWith('gp_')) throw new CliError(`${subject} is neither a file nor the id of a policy (gp_…).`)
    return [{ name: subject, draft: { policy_id: subject } }]
  }
  const policies = await readPolicyFile(subject)
  return policies.map(({ name, policy_type, rules, agent_ids }) => {
    const agents = agent_ids === null ? {} : { agent_ids: [...agent_ids] }
    return { name, draft: { policy_type, rules, ...agents } }
  })
}

function sayReplay(report: OutputOf<'policies_replay'> & { name: string }): void {
  say(`${paint('bold', harmless(report.name))}: ${report.changed_total} of ${report.decisions} decisions would change`)
  if (!report.complete) say(paint('yellow', 'The window holds more decisions than were judged.'))
  if (report.not_judged > 0) say(paint('yellow', `${report.not_judged} could not be judged from what was recorded.`))
  if (report.changed.length > 0) {
    const rows = report.changed.map(({ decision_id, created_at, agent_id, before, after, action_type }) => {
      return [
        decision_id,
        created_at,
        agent_id,
        { painted: paintDecision(before) },
        { painted: paintDecision(after) },
        action_type,
      ]
    })
    sayTable(['DECISION', 'AT', 'AGENT', 'WAS', 'BECOMES', 'TYPE'], rows)
  }
  say(paint('dim', `report ${report.report_hash}`))
}
