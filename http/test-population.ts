import { sql } from 'kysely'
import { z } from 'zod'
import type { Operation } from '#core/kernel/operation'
import type { Runtime } from '#core/kernel/runtime'
import { csrfTokenOf } from './accounts/csrf.ts'
import { fieldsOf } from './paths.rules.ts'

/** What every free text of a populated org holds, so that a leak is found whatever field it comes through. */
export const MARK = 'zebra-of-a'

/** Values that name rows of one org, by field, or by `domain.field` where a field means several things. */
export type Known = Readonly<Record<string, unknown>>

export interface Answer {
  readonly status: number
  readonly text: string
  readonly body: Readonly<Record<string, unknown>>
}

export interface Sent {
  readonly key?: string | undefined
  /** The cookie's value of a person's session, in place of a key. */
  readonly session?: string | undefined
  readonly input?: unknown
  /** Sent as it is, in place of `input`. */
  readonly raw?: string | Buffer
  readonly timeoutMs?: number
}

/** One call of an operation over HTTP: fields of the path go there, the rest into the query or the body. */
export async function call(
  url: string,
  op: Operation,
  { key, session, input = {}, raw, timeoutMs = 20_000 }: Sent,
): Promise<Answer> {
  const inPath = new Set(fieldsOf(op.rest.path))
  const isObject = typeof input === 'object' && input !== null && !Array.isArray(input)
  const fields = isObject ? Object.entries(input) : []
  const given = Object.fromEntries(fields)
  const path = op.rest.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => pathText(given[name]))
  const rest = Object.fromEntries(fields.filter(([name]) => !inPath.has(name)))
  const get = op.rest.method === 'get'
  const query = get && Object.keys(rest).length > 0 ? `?${queryText(rest)}` : ''
  const response = await fetch(url + path + query, {
    method: op.rest.method.toUpperCase(),
    headers: {
      ...(key === undefined ? {} : { 'x-api-key': key }),
      ...(session === undefined ? {} : asPage(url, session)),
      'content-type': 'application/json',
    },
    signal: AbortSignal.timeout(timeoutMs),
    ...(get ? {} : { body: raw ?? JSON.stringify(isObject ? rest : input) }),
  })
  const text = await response.text()
  return { status: response.status, text, body: parsed(text) }
}

/** What the pages of the server send with the session's cookie. */
export function asPage(url: string, session: string): Record<string, string> {
  return { cookie: `writ_session=${session}`, origin: new URL(url).origin, 'x-csrf-token': csrfTokenOf(session) }
}

function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    return {}
  }
}

function pathText(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'undefined')
  // A dot segment or nothing at all would name another path.
  if (/^\.{0,2}$/.test(text)) return '%20'
  return text.isWellFormed() ? encodeURIComponent(text) : '%ED%A0%80'
}

function queryText(fields: Readonly<Record<string, unknown>>): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(fields)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      query.append(name, typeof one === 'string' ? one : (JSON.stringify(one) ?? ''))
    }
  }
  return query.toString()
}

/** A well-formed input: required fields from the schema, known ids where the org has them. */
export function inputOf(op: Operation, known: Known): Record<string, unknown> {
  const domain = op.name.split('_')[0] ?? ''
  const schema = z.toJSONSchema(op.input, { io: 'input', unrepresentable: 'any' }) as JsonSchema
  const required = new Set([...(schema.required ?? []), ...fieldsOf(op.rest.path)])
  const names = Object.keys(schema.properties ?? {})
  const valueOf = (name: string): unknown =>
    known[`${domain}.${name}`] ?? known[name] ?? samples[name] ?? sampleOf(schema.properties?.[name] ?? {})
  const sound = Object.fromEntries(names.filter((name) => required.has(name)).map((name) => [name, valueOf(name)]))
  const more = alsoNeeded[op.name]?.map((name) => [name, valueOf(name)] as const) ?? []
  return {
    ...sound,
    ...Object.fromEntries(more),
    ...('timeout_seconds' in op.input.shape ? { timeout_seconds: 0 } : {}),
  }
}

/** Values that only their parser can tell from others. */
const samples: Known = {
  policy_type: 'risk_threshold',
  rules: { threshold: 99 },
  public_key:
    '-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n',
}

/** Optional by the schema, but without one of them the handler refuses. */
const alsoNeeded: Readonly<Record<string, readonly string[]>> = {
  accounts_update: ['name'],
  actions_create: ['agent_id'],
  guard_evaluate: ['agent_id', 'declared_goal'],
  actions_remove: ['action_ids'],
  agents_heartbeat: ['agent_id'],
  agents_report_connections: ['agent_id'],
  actions_update: ['output_summary'],
  ledger_get_entry_proof: ['ref'],
  loops_close: ['resolution'],
  policies_remove: ['id'],
  policies_create: ['rules'],
  policies_replay: ['policy_id'],
  policies_simulate: ['policy_type', 'rules'],
  policies_update: ['active'],
}

interface JsonSchema {
  readonly type?: string
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly JsonSchema[]
  readonly minimum?: number
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, JsonSchema>>
}

function sampleOf(schema: JsonSchema): unknown {
  if (schema.enum) return schema.enum[0]
  if (schema.anyOf?.[0]) return sampleOf(schema.anyOf[0])
  if (schema.type === 'integer' || schema.type === 'number') return Math.max(1, schema.minimum ?? 1)
  if (schema.type === 'boolean') return true
  if (schema.type === 'array') return []
  return schema.type === 'object' ? {} : 'sample'
}

type Post = (path: string, body: object) => Promise<Record<string, string>>

function postWith(url: string, key: string): Post {
  return async (path, body) => {
    const headers = { 'x-api-key': key, 'content-type': 'application/json' }
    const response = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) })
    const answer = (await response.json()) as Record<string, string>
    if (response.status >= 300) throw new Error(`${path}: ${response.status} ${JSON.stringify(answer)}`)
    return answer
  }
}

async function pinOf(post: Post, { mark, named }: { mark: string; named: string }): Promise<string | undefined> {
  const tools = [{ name: `${named}-tool`, description: mark }]
  const checked = await post('/api/tool-pins/check', { server: `${named}-server`, tools })
  return (checked as unknown as { tools: { pin_id: string }[] }).tools[0]?.pin_id
}

/**
 * Rows in every table that operations reach, all marked, and the ids that name them. `named`: what those values begin
 * with that an org chooses itself, when another org is to choose the same.
 */
export async function populate(
  url: string,
  key: string,
  { mark = MARK, named = mark }: { readonly mark?: string; readonly named?: string } = {},
): Promise<Known> {
  const post = postWith(url, key)
  const act = { agent_id: 'agent-a', action_type: 'review', session_id: `${named}-session`, target: `${named}-target` }
  const running = await post('/api/actions', { ...act, declared_goal: mark })
  const asked = { ...act, declared_goal: `${mark} asks`, status: 'pending_approval' }
  const pending = await post('/api/actions', asked)
  const guarded = await post('/api/guard', {
    ...act,
    declared_goal: `${mark} guarded`,
    idempotency_key: `${named}-key`,
  })
  const about = { action_id: running['action_id'] }
  const assumption = await post('/api/assumptions', { ...about, assumption: mark, basis: mark })
  const loop = await post('/api/actions/loops', { ...about, loop_type: 'question', description: mark })
  const paired = { agent_id: 'agent-a', agent_name: mark, public_key: samples['public_key'] }
  await post('/api/identities', paired)
  const pairing = (await post('/api/pairings', paired)) as unknown as { pairing: { id: string } }
  const rules = { threshold: 99 }
  const policy = await post('/api/policies', { name: named, policy_type: 'risk_threshold', rules })
  const invited = await post('/api/invitations', { email: `${mark}@example.com` })
  await post('/api/agents', { agent_id: `${named}-agent`, agent_name: mark, description: mark })
  const speaking = { agent_id: `${named}-agent` }
  await post('/api/agents/heartbeat', { ...speaking, current_task_id: mark, metadata: { mark } })
  await post('/api/agents/connections', { ...speaking, connections: [{ name: mark, type: mark, status: mark }] })
  const made = (await post('/api/keys', { name: mark, role: 'readonly' })) as unknown as { key: { id: string } }
  return {
    ...about,
    action_ids: [running['action_id'], pending['action_id']],
    'approvals.action_id': pending['action_id'],
    parent_action_id: running['action_id'],
    decision_id: guarded['decision_id'],
    guard_decision_id: guarded['decision_id'],
    assumption_id: assumption['assumption_id'],
    loop_id: loop['loop_id'],
    policy_id: policy['policy_id'],
    'policies.id': policy['policy_id'],
    'policies.ids': [policy['policy_id']],
    'keys.id': made.key.id,
    'members.id': (invited as unknown as { invitation: { id: string } }).invitation.id,
    'pairings.id': pairing.pairing.id,
    'tool.id': await pinOf(post, { mark, named }),
    ref: running['action_id'],
    session_id: `${named}-session`,
    idempotency_key: `${named}-key`,
  }
}

/** Rows per table, of one org or of all. */
export async function rowCounts(runtime: Runtime, orgId?: string): Promise<Record<string, number>> {
  const { rows: tables } = await sql<{ name: string }>`
    select table_name as name from information_schema.columns
    where table_schema = 'public' and column_name = 'org_id' order by table_name`.execute(runtime.db)
  const where = orgId === undefined ? sql`` : sql` where org_id = ${orgId}`
  const counts = tables.map(
    ({ name }) => sql`select ${name}::text as name, count(*)::int as rows from ${sql.table(name)}${where}`,
  )
  const { rows } = await sql<{ name: string; rows: number }>`${sql.join(counts, sql` union all `)}`.execute(runtime.db)
  return Object.fromEntries(rows.map((row) => [row.name, row.rows]))
}
