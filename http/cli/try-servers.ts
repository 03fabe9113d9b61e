/** A server as npm has it, and one call of it whose result is the same each time. */
export interface TriedServer {
  readonly pack: string
  /** Its program in `node_modules/.bin`. */
  readonly bin: string
  readonly args: readonly string[]
  readonly call: { readonly name: string; readonly arguments: Readonly<Record<string, unknown>> }
}

/**
 * Ten servers that answer without an account; `{folder}` is where they run. Those that ask their own service answer with its error where there is
 * no way to it.
 */
export const triedServers: readonly TriedServer[] = [
  {
    pack: '@modelcontextprotocol/server-everything',
    bin: 'mcp-server-everything',
    args: ['stdio'],
    call: { name: 'get-sum', arguments: { a: 2, b: 3.5 } },
  },
  {
    pack: '@modelcontextprotocol/server-filesystem',
    bin: 'mcp-server-filesystem',
    args: ['.'],
    call: { name: 'read_text_file', arguments: { path: 'a.js' } },
  },
  {
    pack: '@modelcontextprotocol/server-memory',
    bin: 'mcp-server-memory',
    args: [],
    call: { name: 'search_nodes', arguments: { query: 'nobody' } },
  },
  {
    pack: '@modelcontextprotocol/server-sequential-thinking',
    bin: 'mcp-server-sequential-thinking',
    args: [],
    call: {
      name: 'sequentialthinking',
      arguments: { thought: 'One.', nextThoughtNeeded: false, thoughtNumber: 1, totalThoughts: 1 },
    },
  },
  {
    pack: '@upstash/context7-mcp',
    bin: 'context7-mcp',
    args: [],
    call: { name: 'resolve-library-id', arguments: { query: 'routes', libraryName: 'express' } },
  },
  {
    pack: '@eslint/mcp',
    bin: 'mcp',
    args: [],
    call: { name: 'lint-files', arguments: { filePaths: ['{folder}/a.js'] } },
  },
  {
    pack: '@cyanheads/git-mcp-server',
    bin: 'git-mcp-server',
    args: [],
    call: { name: 'git_log', arguments: { path: '{folder}' } },
  },
  {
    pack: '@notionhq/notion-mcp-server',
    bin: 'notion-mcp-server',
    args: [],
    call: { name: 'API-get-self', arguments: {} },
  },
  {
    pack: '@playwright/mcp',
    bin: 'playwright-mcp',
    args: ['--headless'],
    call: { name: 'browser_close', arguments: {} },
  },
  {
    pack: 'mcp-server-commands',
    bin: 'mcp-server-commands',
    args: [],
    call: { name: 'run_command', arguments: { command: 'echo hello' } },
  },
]
