import type { Command } from 'commander'
import { loadSettings, type Settings } from '#core/kernel/config'
import { version } from '#core/system/index'
import { serveStdioBridge } from '#mcp/stdio'
import { CliError } from './failure.ts'
import { LocalServer } from './local-server.ts'
import { savedAgentKey } from './save-keys.ts'
import { withDatabase } from './serve.ts'

interface McpOptions {
  readonly server?: string
  readonly apiKey?: string
  readonly agent?: string
  readonly toolsets?: string
  readonly data?: string
  readonly databaseUrl?: string
}

interface Target {
  readonly url: string
  readonly apiKey: string
  close(): Promise<void>
}

export function addMcp(program: Command): void {
  const command = program
    .command('mcp')
    .description('Serve MCP on stdin and stdout: a bridge to the server that is named or runs here, else to one it starts.')
    .option('--server <url>', 'address of the server (WRIT_URL)')
    .option('--api-key <key>', 'an agent key (WRIT_API_KEY)')
    .option('--agent <id>', 'the agent to speak for; else named after the MCP client (WRIT_AGENT_ID)')
    .option('--toolsets <names>', 'the tools to list, as all or guard,actions')
    .addHelpText('after', '\nExample:\n  $ WRIT_API_KEY=<agent key> writ mcp --server http://127.0.0.1:3000')
  withDatabase(command).action(mcp)
}

async function mcp(options: McpOptions): Promise<void> {
  const { server, apiKey, agent, data, databaseUrl, toolsets } = options
  const settings = loadSettings({
    flags: { url: server, api_key: apiKey, agent_id: agent, data_dir: data, database_url: databaseUrl },
  })
  const target = await targetOf(settings, apiKey ?? process.env['WRIT_API_KEY'])
  const bridge = serveStdioBridge({
    url: target.url,
    apiKey: target.apiKey,
    version,
    ...(settings.agent_id === undefined ? {} : { agentId: settings.agent_id }),
    ...(toolsets === undefined ? {} : { toolsets }),
  })
  const stop = (): void => void bridge.close()
  process.on('SIGTERM', stop).on('SIGINT', stop)
  await bridge.ended
  await target.close()
  process.off('SIGTERM', stop).off('SIGINT', stop)
}

/** The key in the config file is the person's own, so it is the last choice: with it an agent could approve itself. */
async function targetOf(settings: Settings, given: string | undefined): Promise<Target> {
  if (settings.url === undefined) {
    const local = await LocalServer.open(settings, given)
    return { url: local.url, apiKey: local.apiKey, close: () => local.close() }
  }
  const apiKey = given ?? savedAgentKey(settings) ?? settings.api_key
  if (!apiKey) throw new CliError(`Set WRIT_API_KEY to an agent key of ${settings.url}.`)
  return { url: settings.url, apiKey, close: () => Promise.resolve() }
}
