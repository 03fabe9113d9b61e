import { ProtocolError, ProtocolErrorCode, Server } from '@modelcontextprotocol/server'
import type {
  CallToolRequest,
  CallToolResult,
  CompleteRequest,
  CompleteResult,
  GetPromptRequest,
  GetPromptResult,
  InputRequiredResult,
  Prompt,
  ReadResourceResult,
  Resource,
  ResourceTemplateType,
  ServerContext,
  Tool,
} from '@modelcontextprotocol/server'
import { callOperation, type Call } from './call.ts'
import type { Caller } from './caller.ts'
import { CALL_TOOL, SEARCH_TOOL } from './catalog-tools.ts'
import { callByName, searchOperations } from './catalog.ts'
import { instructions } from './instructions.ts'
import type { McpParts } from './parts.ts'
import { completePrompt, completion, getPrompt, listPrompts } from './prompts.ts'
import { listResources, listTemplates, readResource } from './resources.ts'
import { toolsFor } from './tool-list.ts'
import { isListed } from './toolsets.rules.ts'

/** The list changes with a release or with the credential's scopes, so a client may keep it for some minutes. */
export const TOOL_LIST_TTL_MS = 300_000

export interface ServerSetup {
  readonly caller: Caller
  /** Whether changes of resources can reach this client. */
  readonly subscriptions: boolean
  /** Puts something around the answers. The conformance build adds the names the suite calls here. */
  readonly wrap?: Wrap
}

/** What the server answers, apart from the protocol around it. */
export interface Answers {
  listTools(): Tool[]
  callTool(params: CallToolRequest['params'], request: ServerContext): MaybeInput<CallToolResult>
  listResources(): Resource[]
  listTemplates(): ResourceTemplateType[]
  readResource(uri: string, request: ServerContext): MaybeInput<ReadResourceResult>
  listPrompts(): Prompt[]
  getPrompt(params: GetPromptRequest['params'], request: ServerContext): MaybeInput<GetPromptResult>
  complete(params: CompleteRequest['params']): CompleteResult
}

type MaybeInput<T> = T | InputRequiredResult | Promise<T | InputRequiredResult>

export type Wrap = (answers: Answers, parts: McpParts) => Answers

/** One server instance for one request or connection. Cheap: everything that costs is in `parts`. */
export function mcpServer(parts: McpParts, { caller, subscriptions, wrap }: ServerSetup): Server {
  const keep = { ttlMs: TOOL_LIST_TTL_MS, cacheScope: 'private' } as const
  // The low-level class on purpose: the high-level one registers every tool again for each instance.
  const server = new Server(
    { name: 'writ', title: 'Writ', version: parts.version },
    {
      capabilities: { tools: {}, resources: subscriptions ? { subscribe: true } : {}, prompts: {}, completions: {} },
      instructions,
      cacheHints: {
        'tools/list': keep,
        'prompts/list': keep,
        'resources/list': keep,
        'resources/templates/list': keep,
        'server/discover': keep,
        'resources/read': { ttlMs: 0, cacheScope: 'private' },
      },
      requestState: { verify: (state, request) => parts.askState.verify(state, request) },
    },
  )
  const own = answersOf(parts, caller, () => server.getClientCapabilities())
  const answers = wrap ? wrap(own, parts) : own
  server.setRequestHandler('tools/list', () => ({ tools: answers.listTools() }))
  server.setRequestHandler('tools/call', ({ params }, request) => answers.callTool(params, request))
  server.setRequestHandler('resources/list', () => ({ resources: answers.listResources() }))
  server.setRequestHandler('resources/templates/list', () => ({ resourceTemplates: answers.listTemplates() }))
  server.setRequestHandler('resources/read', ({ params }, request) => answers.readResource(params.uri, request))
  server.setRequestHandler('prompts/list', () => ({ prompts: answers.listPrompts() }))
  server.setRequestHandler('prompts/get', ({ params }, request) => answers.getPrompt(params, request))
  server.setRequestHandler('completion/complete', ({ params }) => answers.complete(params))
  return server
}

function answersOf(
  parts: McpParts,
  caller: Caller,
  clientCapabilities: NonNullable<Call['clientCapabilities']>,
): Answers {
  const call = (request: ServerContext): Call => ({ parts, caller, request, clientCapabilities })
  return {
    listTools: () => toolsFor(parts.tools, caller),
    callTool: (params, request) => callTool(call(request), params),
    listResources: () => listResources(parts, caller),
    listTemplates: () => listTemplates(parts, caller),
    readResource: (uri, request) => readResource(call(request), uri),
    listPrompts,
    getPrompt: ({ name, arguments: given = {} }) => getPrompt(name, given),
    complete: ({ ref, argument }) => (ref.type === 'ref/prompt' ? completePrompt(ref.name, argument) : completion([])),
  }
}

function callTool(
  call: Call,
  { name, arguments: given = {} }: CallToolRequest['params'],
): CallToolResult | Promise<CallToolResult | InputRequiredResult> {
  const { caller, parts } = call
  if (caller.toolset.catalog && name === SEARCH_TOOL) return searchOperations(call, given)
  if (caller.toolset.catalog && name === CALL_TOOL) return callByName(call, given)
  const listed = parts.tools.get(name)
  // Without the scope a known tool is refused by `invoke`, which says what is missing.
  if (listed && isListed(caller.toolset, listed.operation)) return callOperation(call, listed.operation, given)
  throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown tool: ${name}`)
}
