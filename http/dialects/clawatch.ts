import type { z } from 'zod'
import { acknowledge } from '#core/alerts/acknowledge.op'
import { list as listAlertsOp } from '#core/alerts/list.op'
import { pause } from '#core/agents/pause.op'
import { resume } from '#core/agents/resume.op'
import { get } from '#core/fleet/get.op'
import { list } from '#core/fleet/list.op'
import { Fault } from '#core/kernel/errors'
import { unauthenticated } from '#core/keys/index'
import { collect } from '#core/telemetry/collect.op'
import { listCosts } from '#core/telemetry/list-costs.op'
import { inTheirNames, type Call, type Dialect, type Reply } from './dialect.ts'

type FleetAgent = z.output<typeof get.output>['agent']
type Alert = z.output<typeof acknowledge.output>['alert']
type RecentEvent = z.output<typeof get.output>['recent_events'][number]

const BASE = '/clawatch/api'

/** ClaWatch: what its agents post, and what its page polls. */
export const clawatch: Dialect = {
  base: BASE,
  credentials({ headers }) {
    const key = headers['x-clawatch-key']
    if (typeof key !== 'string' || key === '' || key.length > 512) throw unauthenticated()
    return { kind: 'key', key }
  },
  error: ({ message, code, details }) => ({ error: details?.join('; ') ?? message, code: code.toUpperCase() }),
  routes: [
    { method: 'post', path: '/events', maxBytes: 50 * 1024 * 1024, itemwise: true, answer: postEvents },
    { method: 'get', path: '/agents', answer: listAgents },
    { method: 'get', path: '/agents/{id}', answer: getAgent },
    { method: 'post', path: '/agents/{id}/pause', answer: (call) => setPause(call, pause) },
    { method: 'post', path: '/agents/{id}/resume', answer: (call) => setPause(call, resume) },
    { method: 'get', path: '/costs', answer: getCosts },
    { method: 'get', path: '/alerts', answer: listAlerts },
    { method: 'post', path: '/alerts/{id}/acknowledge', answer: acknowledgeAlert },
  ],
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

async function postEvents({ body, run }: Call): Promise<Reply> {
  const batch = Array.isArray(body) ? body : isRecord(body) && Array.isArray(body['events']) ? body['events'] : null
  if (batch !== null) {
    const { accepted, rejected } = await run(collect, { events: batch.map(eventToWrit) })
    const told = rejected.map(({ index, error }) => ({ index, error: inTheirNames(error, theirNames) }))
    return { status: 200, body: { accepted, rejected: told } }
  }
  if (!isRecord(body)) throw invalid('(body): must be an event, a list of events or {events: […]}')
  const { event_ids: ids, rejected } = await run(collect, { events: [eventToWrit(body)] })
  const [refused] = rejected
  if (refused?.code === 'invalid_input') throw invalid(inTheirNames(refused.error, theirNames))
  if (refused) throw new Fault('forbidden', refused.error)
  return { status: 201, body: { id: ids[0] } }
}

function invalid(problem: string): Fault {
  return new Fault('invalid_input', 'Validation failed', { details: [problem] })
}

const theirNames: Readonly<Record<string, string>> = {
  event_id: 'id',
  agent_id: 'agentId',
  agent_name: 'agentName',
  message: 'data.message',
  tokens: 'data.tokenCount',
  cost_usd: 'data.costUsd',
  model: 'data.model',
  tool_name: 'data.toolName',
  error: 'data.error',
  status: 'data.status',
  input: 'data.input',
  metadata: 'data',
}

/** A field of theirs by what it is here. What is of the wrong kind goes on as it is, so that it is refused by name. */
function eventToWrit(sent: unknown): unknown {
  if (!isRecord(sent) || Object.hasOwn(sent, '__proto__')) return sent
  const data = isRecord(sent['data']) ? sent['data'] : {}
  const isOdd = sent['data'] !== undefined && sent['data'] !== null && !isRecord(sent['data'])
  const { message, tokenCount, costUsd, model, toolName, error, status, input, ...metadata } = data
  const said = {
    event_id: sent['id'] ?? sent['eventId'],
    agent_id: sent['agentId'],
    agent_name: sent['agentName'],
    host: sent['host'],
    type: sent['type'],
    timestamp: sent['timestamp'],
    message,
    tokens: tokenCount,
    cost_usd: costUsd,
    model,
    tool_name: toolName,
    error,
    status,
    input,
    metadata: isOdd ? sent['data'] : Object.keys(metadata).length > 0 ? metadata : undefined,
  }
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined && value !== null))
}

function agentToWire(agent: FleetAgent): object {
  return {
    id: agent.agent_id,
    name: agent.agent_name ?? agent.agent_id,
    host: agent.host ?? '',
    status: agent.status,
    lastHeartbeat: agent.last_heartbeat ?? agent.created_at,
    createdAt: agent.created_at,
    costUsd: agent.cost_usd,
    tokenCount: agent.token_count,
    errorCount: agent.error_count,
  }
}

function eventToWire(event: RecentEvent): object {
  const { type, timestamp, message, tokens, cost_usd: costUsd, model, tool_name: toolName, error, status } = event
  const data = { ...event.metadata, message, tokenCount: tokens, costUsd, model, toolName, error, status }
  const said = Object.entries(data).filter(([, value]) => value !== undefined)
  return { type, timestamp, data: Object.fromEntries(said) }
}

/** Their list knows no pages: it ends where one of ours does, and a header says where it goes on (RFC 8288). */
async function listAgents({ run, query }: Call): Promise<Reply> {
  const cursor = query.get('cursor')
  const { agents, next_cursor: next } = await run(list, { limit: 500, ...(cursor === null ? {} : { cursor }) })
  const headers = next === null ? {} : { Link: `<${BASE}/agents?cursor=${encodeURIComponent(next)}>; rel="next"` }
  return { status: 200, body: { agents: agents.map(agentToWire) }, headers }
}

async function getAgent({ run, params }: Call): Promise<Reply> {
  const { agent, recent_events: recent } = await run(get, { agent_id: params['id'] ?? '' })
  return { status: 200, body: { ...agentToWire(agent), recentEvents: recent.map(eventToWire) } }
}

async function setPause({ run, params }: Call, op: typeof pause | typeof resume): Promise<Reply> {
  const id = params['id'] ?? ''
  await run(get, { agent_id: id, events: 0 })
  await run(op as typeof pause, { agent_id: id })
  const { agent } = await run(get, { agent_id: id, events: 0 })
  return { status: 200, body: agentToWire(agent) }
}

async function getCosts({ run, query }: Call): Promise<Reply> {
  const asked = { agent_id: query.get('agentId'), from: query.get('from'), to: query.get('to') }
  const given = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== null && value !== ''))
  const told = await run(listCosts, given)
  const body = {
    totalUsd: told.total_usd,
    byAgent: told.by_agent.map(({ agent_id: agentId, agent_name: name, cost_usd: costUsd, tokens: tokenCount }) => ({
      agentId,
      name: name ?? agentId,
      costUsd,
      tokenCount,
    })),
    byModel: told.by_model.map(({ model, cost_usd: costUsd, tokens: tokenCount }) => ({
      model: model ?? 'unknown',
      costUsd,
      tokenCount,
    })),
  }
  return { status: 200, body }
}

/** They know no alert that ended by itself: it is one that nobody has to look after any more. */
function alertToWire(alert: Alert): object {
  return {
    id: alert.alert_id,
    agentId: alert.agent_id ?? '',
    type: alert.kind,
    severity: alert.severity,
    message: alert.message,
    timestamp: alert.raised_at,
    acknowledged: alert.state !== 'open',
  }
}

async function listAlerts({ run }: Call): Promise<Reply> {
  const { alerts } = await run(listAlertsOp, { limit: 200 })
  return { status: 200, body: { alerts: alerts.map(alertToWire) } }
}

async function acknowledgeAlert({ run, params }: Call): Promise<Reply> {
  const { alert } = await run(acknowledge, { alert_id: params['id'] ?? '' })
  return { status: 200, body: alertToWire(alert) }
}
