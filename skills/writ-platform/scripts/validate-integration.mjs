// Walks the protocol with the key of an agent. It asks, records and reports; nothing of what it asks about is executed.
import process from 'node:process'
import { call, read, Report } from './server.mjs'

const usage = 'Usage: WRIT_URL=… WRIT_API_KEY=<key of the agent> node validate-integration.mjs [--agent <id>] [--json]'
const server = read(usage, { agent: { type: 'string', default: 'validate-integration' } })
if (!server.key) {
  process.stderr.write(`WRIT_API_KEY is not set.\n${usage}\n`)
  process.exit(2)
}

const report = new Report(server.json)
const run = `${Date.now()}`
const remedies = {
  0: 'writ serve, or correct WRIT_URL',
  401: 'Set WRIT_API_KEY to a valid key.',
  403: 'node diagnose.mjs --agent <id>',
}

const steps = [allow, block, record, once, outcome, secondOutcome, approval, openEnds, ledger]
let actionId = ''
for (const step of steps) {
  if (!(await step())) break
}
report.end({ run, action_id: actionId })

/** One call that must answer as told; `check` sees the answer and gives the sentence, or throws why not. */
async function expect(name, [method, path, body], statuses, check) {
  const { status, answer, error } = await call(server, method, path, body)
  if (!statuses.includes(status))
    return report.add(name, 'fail', error, remedies[status] ?? `expected ${statuses.join(' or ')}`)
  try {
    return report.add(name, 'ok', check(answer))
  } catch (problem) {
    return report.add(name, 'fail', problem.message, answer.reason ?? undefined)
  }
}

function asked(more) {
  return { agent_id: server.agent, action_type: 'review', declared_goal: `Validate the integration (${run})`, ...more }
}

function must(fits, otherwise) {
  if (!fits) throw new Error(otherwise)
}

function allow() {
  const body = asked({ act: { kind: 'shell', command: 'git status' } })
  return expect('allow', ['POST', '/api/guard', body], [200], ({ decision, decision_id: id }) => {
    must(decision === 'allow' || decision === 'warn', `git status would be ${decision}`)
    return `git status: ${decision} (${id})`
  })
}

function block() {
  const act = { kind: 'sql', statement: 'DROP DATABASE shop' }
  return expect('block', ['POST', '/api/guard', asked({ action_type: 'cleanup', act })], [200], (answer) => {
    const { decision, risk_score: risk } = answer
    must(
      decision === 'block' || decision === 'require_approval',
      `dropping a database would be ${decision}: the policies are too weak`,
    )
    return `dropping a database: ${decision}, risk ${risk}`
  })
}

function record() {
  const body = asked({ act: { kind: 'shell', command: 'git status' }, idempotency_key: `validate-${run}` })
  return expect('record', ['POST', '/api/actions', body], [201], ({ action }) => {
    actionId = action.action_id
    must(action.status === 'running', `the action is ${action.status}, not running`)
    return `${actionId} is running`
  })
}

function once() {
  const body = asked({ act: { kind: 'shell', command: 'git status' }, idempotency_key: `validate-${run}` })
  return expect('repeat', ['POST', '/api/actions', body], [200], ({ action, idempotent_replay: replay }) => {
    must(replay === true && action.action_id === actionId, 'the same idempotency_key made another action')
    return 'the same idempotency_key is the same action'
  })
}

function outcome() {
  const body = { status: 'completed', summary: 'Validated' }
  return expect('outcome', ['POST', `/api/actions/${actionId}/outcome`, body], [200], ({ outcome: { status } }) => {
    must(status === 'completed', `the outcome is ${status}`)
    return 'reported'
  })
}

function secondOutcome() {
  const body = { status: 'failed', error_message: 'A second report' }
  return expect(
    'conflict',
    ['POST', `/api/actions/${actionId}/outcome`, body],
    [409],
    () => 'a second report is refused',
  )
}

async function approval() {
  const body = asked({ declared_goal: `Ask a person (${run})`, status: 'pending_approval' })
  let waiting = ''
  const asks = await expect('approval', ['POST', '/api/actions', body], [202], ({ action }) => {
    waiting = action.action_id
    return `${waiting} waits for a person`
  })
  if (!asks) return false
  const waits = await expect('wait', ['GET', `/api/actions/${waiting}/wait?timeout_seconds=0`], [200], (answer) => {
    must(answer.timed_out && !answer.approved, 'an act was approved that nobody decided')
    return 'a wait without a decision is no permission'
  })
  const withdraw = { reason: 'The validation is over' }
  const withdrawn = await expect(
    'withdraw',
    ['POST', `/api/actions/${waiting}/cancel`, withdraw],
    [200],
    () => 'withdrawn',
  )
  return waits && withdrawn
}

async function openEnds() {
  const loop = { action_id: actionId, loop_type: 'validation', description: 'Opened by the validation' }
  let loopId = ''
  const opened = await expect('loop', ['POST', '/api/actions/loops', loop], [200, 201], ({ loop_id: id }) => {
    loopId = id
    return `${id} is open`
  })
  const closing = { status: 'resolved', resolution: 'The validation is over' }
  return opened && expect('close', ['PATCH', `/api/actions/loops/${loopId}`, closing], [200], () => 'closed')
}

function ledger() {
  return expect('ledger', ['GET', `/api/ledger/proof?ref=${actionId}`], [200], ({ entries, size }) => {
    must(entries.length > 0, 'the action is not in the ledger')
    return `${entries.length} entries about ${actionId}, proven in a tree of ${size}`
  })
}
