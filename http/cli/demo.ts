import type { Command } from 'commander'
import { GuardBlockedError, Writ, WritError, type Connection } from '../client/index.ts'
import { define, type RemoteOptions } from './define.ts'
import { CliError } from './failure.ts'
import { exportChunks, publishedKeys } from './ledger-file.ts'
import { wholeNumber } from './option.rules.ts'
import { connect, remoteSettings } from './remote.ts'
import { harmless, paint, paintDecision, program, say, sayJson, sentences } from './terminal.ts'

interface DemoOptions extends RemoteOptions {
  readonly timeout: number
  readonly fleet?: true
  readonly seconds: number
  readonly seed: number
}

interface Step {
  readonly step: string
  readonly result: string
  readonly detail: string
  readonly ms: number
}

const AGENT = 'demo-agent'

export function addDemo(parent: Command): void {
  const summary =
    'Watch a scripted agent meet an allow, a block and an approval, then verify the record. Nothing is executed.'
  define(parent, 'demo', { summary, example: 'demo', remote: true })
    .option('--timeout <seconds>', 'how long to wait for your approval', wholeNumber(1, 86_400), 120)
    .option('--fleet', 'simulate twenty agents at work instead, for the pages of the fleet')
    .option('--seconds <seconds>', 'how long the fleet works', wholeNumber(1, 86_400), 120)
    .option('--seed <number>', 'the same fleet does the same for the same seed', wholeNumber(0, 4_294_967_295), 1)
    .action(demo)
}

async function demo(options: DemoOptions): Promise<void> {
  const person = connect(options)
  if (options.fleet) {
    const { demoOfFleet } = await import('./demo-fleet.ts')
    return demoOfFleet(person, { seconds: options.seconds, seed: options.seed, json: options.json === true })
  }
  const steps: Step[] = []
  const tell = (step: Step): void => {
    steps.push(step)
    if (!options.json) sayStep(step)
  }
  if (!options.json)
    say(`${paint('bold', 'A scripted agent at work')} ${paint('dim', `(${person.baseUrl}; nothing is executed)`)}\n`)
  const key = await agentKey(person)
  const agent = writFor(person, key?.secret ?? remoteSettings(options).api_key ?? '')
  const started = performance.now()
  try {
    await script({
      agent,
      person,
      mayApprove: key !== null,
      seconds: options.timeout,
      tell,
      quiet: options.json === true,
    })
    await verified(person, tell)
  } finally {
    if (key !== null) await person.call('keys_revoke', { id: key.id })
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  if (options.json) return sayJson({ ok: true, seconds: Number(seconds), steps })
  say(
    `\n${paint('green', `Done in ${seconds} s.`)} Look back with: ${program()} actions   ·   ${program()} ledger export ledger.jsonl`,
  )
}

interface Scene {
  readonly agent: Writ
  readonly person: Connection
  readonly mayApprove: boolean
  readonly seconds: number
  readonly tell: (step: Step) => void
  readonly quiet: boolean
}

async function script(scene: Scene): Promise<void> {
  const { agent, tell } = scene
  const harmlessAct = {
    action_type: 'review',
    declared_goal: 'See what changed',
    act: { kind: 'shell' as const, command: 'git status --short' },
  }
  await timed(tell, 'git status --short', async () => {
    const answer = await agent.guard(harmlessAct)
    return { result: answer.decision, detail: answer.reason ?? 'no policy objects' }
  })
  await timed(tell, 'rm -rf / --no-preserve-root', async () => {
    const act = { kind: 'shell' as const, command: 'rm -rf / --no-preserve-root' }
    return blockedOf(agent.createAction({ action_type: 'cleanup', declared_goal: 'Free some disk space', act }))
  })
  await approval(scene)
}

async function approval(scene: Scene): Promise<void> {
  const { agent, person, mayApprove, seconds, tell, quiet } = scene
  // An act that was approved before would be found again instead of asked about: each run ships a version of its own.
  const version = Math.floor(Date.now() / 1000) % 100_000
  const act = { target: 'prod/shop', systems_touched: ['production'] }
  const deploy = { action_type: 'deploy', declared_goal: `Ship version ${version} to production`, ...act }
  let id = ''
  await timed(tell, `deploy version ${version} to production`, async () => {
    const { action, decision } = await agent.createAction(deploy)
    id = action.action_id
    if (action.status !== 'pending_approval') {
      throw new CliError(
        `The policies of this org let a production deployment pass (${action.status}); the demo has nothing to approve.`,
      )
    }
    return { result: decision?.decision ?? action.status, detail: decision?.reason ?? '' }
  })
  if (!mayApprove && !quiet)
    say(`  ${paint('yellow', 'Your turn, in another terminal with the admin key:')} ${program()} approve ${id}`)
  await timed(tell, mayApprove ? 'the person approves, the agent wakes' : 'the agent waits for you', async () => {
    const waiting = agent.waitForApproval(id, { timeout: seconds * 1000, interval: 1000 })
    // A refusal of the approval itself is told first; the wait then ends with nobody listening.
    waiting.catch(() => undefined)
    if (mayApprove)
      await person.call('approvals_decide', { action_id: id, decision: 'allow', reasoning: 'Demo: looks right' })
    const { action } = await waiting
    return { result: 'approved', detail: `by ${action.approved_by}` }
  })
  await timed(tell, 'the agent reports how it ended', async () => {
    const { outcome } = await agent.reportActionSuccess(id, `Version ${version} is live`)
    return { result: outcome.status, detail: outcome.summary ?? '' }
  })
}

async function verified(person: Connection, tell: (step: Step) => void): Promise<void> {
  await timed(tell, 'export the ledger, verify every entry', async () => {
    const { verifyExport } = await import('#core/ledger/index')
    const report = await verifyExport(exportChunks(person), { trustedKeys: await publishedKeys(person) })
    if (!report.ok) throw new CliError('The ledger does not verify; see: writ verify --live')
    return { result: 'verified', detail: `${report.size} entries: integrity, completeness, authenticity` }
  })
}

/** A key of its own for the agent, so that a person and an agent act as in earnest. Null when this key may not make one. */
async function agentKey(person: Connection): Promise<{ id: string; secret: string } | null> {
  try {
    const expires_at = new Date(Date.now() + 3_600_000).toISOString()
    const made = await person.call('keys_create', { name: 'Demo agent', role: 'member', agent_id: AGENT, expires_at })
    return { id: made.key.id, secret: made.secret }
  } catch (error) {
    if (error instanceof WritError && error.status === 403) return null
    throw error
  }
}

function writFor(person: Connection, apiKey: string): Writ {
  return new Writ({ baseUrl: person.baseUrl, apiKey, agentId: AGENT, agentName: 'Demo agent' })
}

async function blockedOf(created: Promise<unknown>): Promise<{ result: string; detail: string }> {
  try {
    await created
  } catch (error) {
    if (error instanceof GuardBlockedError) return { result: 'block', detail: reasonsOf(error) }
    throw error
  }
  throw new CliError(
    'The policies of this org let rm -rf / pass. Restore the default policies before agents rely on them.',
  )
}

function reasonsOf({ decision, message }: GuardBlockedError): string {
  const { reasons } = decision
  return Array.isArray(reasons) ? sentences(reasons.map(String)) : message
}

async function timed(
  tell: Scene['tell'],
  step: string,
  work: () => Promise<{ result: string; detail: string }>,
): Promise<void> {
  const started = performance.now()
  const { result, detail } = await work()
  tell({ step, result, detail, ms: Math.round(performance.now() - started) })
}

const marks: Readonly<Record<string, string>> = { block: '✗', require_approval: '?' }

function sayStep({ step, result, detail, ms }: Step): void {
  const shown = ['approved', 'completed', 'verified'].includes(result) ? paint('green', result) : paintDecision(result)
  say(`${marks[result] ?? '✓'} ${step.padEnd(40)} ${shown} ${paint('dim', `${ms} ms`)}`)
  if (detail !== '') say(`    ${paint('dim', harmless(detail))}`)
}
