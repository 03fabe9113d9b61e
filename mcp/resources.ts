import { ResourceNotFoundError, UriTemplate } from '@modelcontextprotocol/server'
import type { ReadResourceResult, Resource, ResourceTemplateType } from '@modelcontextprotocol/server'
import { invoke } from '#core/kernel/invoke'
import type { Operation } from '#core/kernel/operation'
import { contextOf, type Call } from './call.ts'
import type { Caller } from './caller.ts'
import { protocolError } from './errors.ts'
import type { McpParts } from './parts.ts'

type Params = Readonly<Record<string, string>>

/** A readable view: one or more operations, called with what the URI says. All go through `invoke`. */
export interface ResourceDeclaration {
  /** A URI, or an RFC 6570 template. */
  readonly uri: string
  readonly name: string
  readonly title: string
  readonly description: string
  /** Names of operations and under which key each answer stands; `''`: the answer is the whole resource. */
  readonly reads: Readonly<Record<string, string>>
  inputOf?(params: Params): Readonly<Record<string, unknown>>
  /** Events after which a reader should read again. */
  readonly changedBy: readonly string[]
}

const STOPS = ['org.halted', 'org.resumed', 'agent.paused', 'agent.resumed']

export const resourceDeclarations: readonly ResourceDeclaration[] = [
  {
    uri: 'writ://policies',
    name: 'policies',
    title: 'Policies',
    description: 'The guard policies of the org: what is allowed, asked about and blocked.',
    reads: { '': 'policies_list' },
    changedBy: ['policy.updated'],
  },
  {
    uri: 'writ://status',
    name: 'status',
    title: 'Status',
    description: 'Whether the server runs, whether agents are halted, and how actions went.',
    reads: { health: 'system_health', halt: 'halt_get', actions: 'actions_get_stats' },
    changedBy: ['action.created', 'action.updated', ...STOPS],
  },
  {
    uri: 'writ://ledger/checkpoint',
    name: 'ledger-checkpoint',
    title: 'Ledger checkpoint',
    description: 'The signed checkpoint that commits to everything recorded so far.',
    reads: { '': 'ledger_get_checkpoint' },
    changedBy: ['guard.decision.created', 'action.created', 'action.updated', 'policy.updated', ...STOPS],
  },
  {
    uri: 'writ://hosts',
    name: 'hosts',
    title: 'Agent clients',
    description: 'Whether a forbidden act was refused by each agent client, on each machine where a witness looked.',
    reads: { '': 'hosts_list' },
    changedBy: ['host.witnessed', 'host.changed', 'host.restored'],
  },
  {
    uri: 'writ://agent/{agent_id}/history',
    name: 'agent-history',
    title: 'Agent history',
    description: 'The newest 50 actions of one agent, with totals.',
    reads: { '': 'actions_list' },
    inputOf: ({ agent_id }) => ({ agent_id, limit: 50 }),
    changedBy: ['action.created', 'action.updated'],
  },
]

const MIME = 'application/json'
const templates = new Map(resourceDeclarations.map((one) => [one.uri, new UriTemplate(one.uri)]))

export function isTemplate({ uri }: Pick<ResourceDeclaration, 'uri'>): boolean {
  return uri.includes('{')
}

export function listResources(parts: McpParts, caller: Caller): Resource[] {
  return readable(parts, caller)
    .filter((one) => !isTemplate(one))
    .map(({ uri, name, title, description }) => ({ uri, name, title, description, mimeType: MIME }))
}

export function listTemplates(parts: McpParts, caller: Caller): ResourceTemplateType[] {
  return readable(parts, caller)
    .filter(isTemplate)
    .map(({ uri, name, title, description }) => ({ uriTemplate: uri, name, title, description, mimeType: MIME }))
}

export async function readResource(call: Call, uri: string): Promise<ReadResourceResult> {
  const found = matchResource(uri)
  if (!found) throw new ResourceNotFoundError(uri)
  const ctx = contextOf(call)
  const input = found.declaration.inputOf?.(found.params) ?? {}
  try {
    const answers = await Promise.all(
      operationsOf(call.parts, found.declaration).map(
        async ([key, op]) => [key, await invoke(op, ctx, input)] as const,
      ),
    )
    const [first] = answers
    const body: unknown = first?.[0] === '' ? first[1] : Object.fromEntries(answers)
    return { contents: [{ uri, mimeType: MIME, text: JSON.stringify(body) }] }
  } catch (thrown) {
    throw protocolError(thrown, call.caller.requestId)
  }
}

export interface Match {
  readonly declaration: ResourceDeclaration
  readonly params: Params
}

export function matchResource(uri: string): Match | undefined {
  for (const declaration of resourceDeclarations) {
    if (declaration.uri === uri) return { declaration, params: {} }
    if (!isTemplate(declaration)) continue
    const params = templates.get(declaration.uri)?.match(uri)
    if (params) return { declaration, params: decoded(params) }
  }
  return undefined
}

/** Whether the caller's credential reaches every operation behind the resource. */
export function mayRead(parts: McpParts, { actor }: Pick<Caller, 'actor'>, declaration: ResourceDeclaration): boolean {
  return operationsOf(parts, declaration).every(([, op]) => op.scope === 'public' || actor.scopes.has(op.scope))
}

function readable(parts: McpParts, caller: Caller): readonly ResourceDeclaration[] {
  return resourceDeclarations.filter((one) => mayRead(parts, caller, one))
}

function operationsOf(parts: McpParts, { uri, reads }: ResourceDeclaration): readonly (readonly [string, Operation])[] {
  return Object.entries(reads).map(([key, name]) => {
    const op = parts.byName.get(name)
    if (!op) throw new Error(`${uri} reads the operation ${name}, which does not exist`)
    return [key, op] as const
  })
}

function decoded(params: Readonly<Record<string, string | string[]>>): Params {
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [name, safeDecode(Array.isArray(value) ? value.join(',') : value)]),
  )
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
