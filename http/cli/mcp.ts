import { Option, type Command } from 'commander'
import type { HostName } from '#plugins/install/index'
import { HOST_NAMES } from './install-place.ts'
import { httpUrl } from './option.rules.ts'
import { withDatabase } from './serve-options.ts'

export interface McpOptions {
  readonly server?: string
  readonly apiKey?: string
  readonly agent?: string
  readonly toolsets?: string
  readonly host?: HostName
  readonly data?: string
  readonly databaseUrl?: string
}

export function addMcp(program: Command): void {
  const command = program
    .command('mcp')
    .description(
      'Serve MCP on stdin and stdout: a bridge to the server that is named or runs here, else to one it starts.',
    )
    .option('--server <url>', 'address of the server (WRIT_URL)', httpUrl)
    .option('--api-key <key>', 'an agent key (WRIT_API_KEY)')
    .option('--agent <id>', 'the agent to speak for; else named after the MCP client (WRIT_AGENT_ID)')
    .option('--toolsets <names>', 'the tools to list, as all or guard,actions')
    .addOption(
      new Option('--host <client>', 'with the key and to the server that writ install gave it').choices(HOST_NAMES),
    )
    .addHelpText('after', '\nExample:\n  $ WRIT_API_KEY=<agent key> writ mcp --server http://127.0.0.1:3000')
  withDatabase(command).action(async (options: McpOptions) => (await import('./mcp-run.ts')).mcp(options))
}
