// Looks at a server from here: reachable, ready, the key and what it may, halt, agent, clock, MCP, event stream.
import { call, read, Report } from './server.mjs'

const usage = 'Usage: WRIT_URL=… [WRIT_API_KEY=…] node diagnose.mjs [--agent <id>] [--json]'
const server = read(usage, { agent: { type: 'string' } })
const report = new Report(server.json)

/** No action can have this id: asking for it tells what a key may do, and does nothing. */
const NO_ACTION = 'act_diagnose-asks'

if (await checkServer()) {
  await checkReady()
  if (await checkKey()) {
    await checkHalt()
    if (server.agent) await checkAgent()
    await checkMcp()
    await checkStream()
  }
}
report.end()

async function checkServer() {
  const started = performance.now()
  const { status, answer, headers, error } = await call(server, 'GET', '/api/health')
  if (status !== 200 || answer.status !== 'ok')
    return report.add('server', 'fail', error, 'writ serve, or correct WRIT_URL')
  const ms = Math.round(performance.now() - started)
  report.add(
    'server',
    ms > 2000 ? 'warn' : 'ok',
    `Writ ${answer.version} (${answer.engine}) answers in ${ms} ms`,
    'The way to it is slow.',
  )
  const apart = Math.abs(Date.now() - Date.parse(headers.get('date') ?? '')) / 1000
  if (apart > 5)
    report.add(
      'clock',
      'warn',
      `this machine and the server differ by ${Math.round(apart)} s`,
      'Synchronise the clocks.',
    )
  return true
}

async function checkReady() {
  const { status, error } = await call(server, 'GET', '/api/ready')
  if (status === 200) return report.add('database', 'ok', 'it answers, its schema is complete')
  return report.add('database', 'fail', error, 'See the log of the server; for the schema: writ migrate')
}

async function checkKey() {
  if (!server.key) return report.add('key', 'fail', 'WRIT_API_KEY is not set', 'Set it to a key of this server.')
  const decide = await call(server, 'POST', `/api/approvals/${NO_ACTION}`, { decision: 'deny' })
  if (decide.status === 401)
    return report.add('key', 'fail', 'the server does not know this key', 'Set WRIT_API_KEY to a valid key.')
  const act = await call(server, 'PATCH', `/api/actions/${NO_ACTION}`, { model: 'none' })
  const manage = await call(server, 'GET', '/api/keys?limit=1')
  const may = [
    ...(act.status === 404 ? ['act as an agent'] : []),
    ...(decide.status === 404 ? ['approve'] : []),
    ...(manage.status === 200 ? ['manage keys'] : []),
  ]
  const found = `valid; it may ${may.join(', ') || 'only read'}`
  const careless = server.agent && manage.status === 200
  return report.add(
    'key',
    careless ? 'warn' : 'ok',
    found,
    'Give agents a key of their own: writ keys create <name> --agent <id>',
  )
}

async function checkHalt() {
  const { status, answer, error } = await call(server, 'GET', '/api/halt')
  if (status !== 200) return report.add('halt', 'warn', error, 'This key may not read it.')
  if (!answer.halted) return report.add('halt', 'ok', 'agents may work')
  return report.add('halt', 'fail', `halted by ${answer.halted_by}: ${answer.reason}`, 'writ resume, by who may')
}

async function checkAgent() {
  const { status, answer, error } = await call(server, 'GET', `/api/agents/${encodeURIComponent(server.agent)}`)
  if (status === 404)
    return report.add('agent', 'warn', `${server.agent} was never seen`, `writ agents register ${server.agent}`)
  if (status !== 200) return report.add('agent', 'fail', error, 'node bootstrap.mjs')
  const { paused, pause_reason: why, presence } = answer.agent
  if (paused)
    return report.add(
      'agent',
      'fail',
      `${server.agent} is paused: ${why ?? 'no reason given'}`,
      `writ agents resume ${server.agent}`,
    )
  return report.add('agent', 'ok', `${server.agent} is ${presence.status}`)
}

async function checkMcp() {
  const params = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'diagnose', version: '1' } }
  try {
    const response = await fetch(`${server.url}/mcp`, {
      method: 'POST',
      redirect: 'error',
      headers: {
        'x-api-key': server.key,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params }),
      signal: AbortSignal.timeout(15_000),
    })
    const text = await response.text()
    if (response.ok && text.includes('"serverInfo"')) return report.add('mcp', 'ok', `${server.url}/mcp answers`)
    return report.add('mcp', 'fail', `${server.url}/mcp answers ${response.status}`, 'Is a proxy in the way?')
  } catch (error) {
    return report.add('mcp', 'fail', `${server.url}/mcp: ${error.message}`, 'Is a proxy in the way?')
  }
}

async function checkStream() {
  try {
    const signal = AbortSignal.timeout(15_000)
    const response = await fetch(`${server.url}/api/stream`, {
      headers: { 'x-api-key': server.key },
      redirect: 'error',
      signal,
    })
    if (!response.ok)
      return report.add(
        'events',
        'warn',
        `the event stream answers ${response.status}`,
        'Waiting falls back to polling.',
      )
    let text = ''
    const decoder = new TextDecoder()
    for await (const piece of response.body) {
      text += decoder.decode(piece, { stream: true })
      if (text.includes('event: connected')) return report.add('events', 'ok', 'the event stream is open')
    }
    return report.add('events', 'warn', 'the event stream ended at once', 'Is a proxy in the way?')
  } catch (error) {
    return report.add('events', 'warn', `the event stream: ${error.message}`, 'A proxy may hold the answer back.')
  }
}
