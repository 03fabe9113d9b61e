// Registers an agent with the server, makes a key for it when asked, and prints how to connect.
import process from 'node:process'
import { call, read, Report } from './server.mjs'

const usage = 'Usage: WRIT_URL=… WRIT_API_KEY=<admin key> node bootstrap.mjs --agent <id> [--make-key] [--json]'
const server = read(usage, { agent: { type: 'string' }, 'make-key': { type: 'boolean' } })
if (!server.agent || !server.key) {
  process.stderr.write(`${server.agent ? 'WRIT_API_KEY is not set.' : '--agent is missing.'}\n${usage}\n`)
  process.exit(2)
}

const report = new Report(server.json)
const made = {}
const health = await call(server, 'GET', '/api/health')
const reached = health.status === 200
report.add(
  'server',
  reached ? 'ok' : 'fail',
  reached ? `Writ ${health.answer.version} answers` : health.error,
  'writ serve, or correct WRIT_URL',
)
if (reached && (await register())) {
  if (server['make-key']) await makeKey()
  await ask()
}
if (report.checks.every(({ status }) => status !== 'fail')) tell()
report.end(made)

async function register() {
  const { status, error } = await call(server, 'POST', '/api/agents', { agent_id: server.agent })
  if (status === 201) return report.add('agent', 'ok', `${server.agent} is registered`)
  if (status === 200) return report.add('agent', 'ok', `${server.agent} was registered before`)
  if (status !== 403) return report.add('agent', 'fail', error, 'Set WRIT_API_KEY to the admin key.')
  // An agent's own key may not register; where enrolment is open the first sign of life does.
  const beat = await call(server, 'POST', '/api/agents/heartbeat', { agent_id: server.agent })
  const remedy = `Have an admin run: writ agents register ${server.agent}`
  if (beat.status === 200) return report.add('agent', 'ok', `${server.agent} was seen; this key may not register it`)
  return report.add('agent', 'fail', beat.error, remedy)
}

async function makeKey() {
  const wanted = { name: server.agent, role: 'member', agent_id: server.agent }
  const { status, answer, error } = await call(server, 'POST', '/api/keys', wanted)
  if (status !== 201) return report.add('key', 'fail', error, 'Making keys needs the admin key.')
  Object.assign(made, { key_id: answer.key.id, secret: answer.secret })
  return report.add('key', 'ok', `${answer.key.id} speaks for ${server.agent} only`)
}

async function ask() {
  const as = made.secret ? { ...server, key: made.secret } : server
  const act = { kind: 'shell', command: 'ls' }
  const asked = { agent_id: server.agent, action_type: 'review', declared_goal: 'Bootstrap asks once', act }
  const { status, answer, error } = await call(as, 'POST', '/api/guard', asked)
  if (status !== 200) return report.add('guard', 'fail', error, 'node diagnose.mjs')
  const found = `ls would be: ${answer.decision}`
  return report.add('guard', answer.decision === 'allow' ? 'ok' : 'warn', found, answer.reason ?? 'See the policies.')
}

function tell() {
  const key = made.secret ?? '<key of the agent>'
  report.say('')
  if (made.secret) report.say('The key is shown this once. Keep it in the environment or a secret store.')
  report.say(`export WRIT_URL=${server.url}`)
  report.say(`export WRIT_API_KEY=${key}`)
  report.say(`export WRIT_AGENT_ID=${server.agent}`)
  report.say(`MCP over HTTP: ${server.url}/mcp, header x-api-key; on stdio: writ mcp`)
  report.say('')
}
