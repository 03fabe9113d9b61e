import type { Tool } from '@modelcontextprotocol/server'

export const SEARCH_TOOL = 'writ_search_operations'
export const CALL_TOOL = 'writ_call_operation'

/** The two tools through which everything that is not listed is found and called. */
export const catalogTools: readonly Tool[] = [
  {
    name: SEARCH_TOOL,
    title: 'Find an operation',
    description:
      'Find operations that are not listed as tools (policies, approvals, costs, ledger, halt, settings); returns their input schemas.',
    inputSchema: {
      type: 'object',
      properties: {
        query: { type: 'string', description: 'What you want to do, in a few words; empty lists all names' },
        limit: { type: 'integer', minimum: 1, maximum: 10, default: 3 },
        outputs: { type: 'boolean', default: false, description: 'Also give the output schemas' },
      },
    },
    annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  },
  {
    name: CALL_TOOL,
    title: 'Call an operation',
    description: 'Call an operation found by search, with the same permissions and records as a listed tool.',
    inputSchema: {
      type: 'object',
      properties: {
        operation: { type: 'string', description: 'Name as the search gave it' },
        arguments: { type: 'object', description: 'Input of that operation' },
      },
      required: ['operation'],
    },
    annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: false },
  },
]
