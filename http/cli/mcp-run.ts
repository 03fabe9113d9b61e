import { loadSettings } from '#core/kernel/config'
import { version } from '#core/system/index'
import { serveStdioBridge } from '#mcp/stdio'
import { installedConnection } from '#plugins/install/index'
import { agentTarget } from './agent-target.ts'
import { CliError } from './failure.ts'
import type { McpOptions } from './mcp.ts'

/** A person who starts this by hand would see nothing and wonder. */
const ALONE = 'Serving MCP on standard input and output, which an MCP client is meant to hold. End with Ctrl+C.'

export async function mcp(options: McpOptions): Promise<void> {
  const { agent, data, databaseUrl, toolsets } = options
  const { server, apiKey } = { ...options, ...installedFor(options) }
  const settings = loadSettings({
    flags: { url: server, api_key: apiKey, agent_id: agent, data_dir: data, database_url: databaseUrl },
  })
  const target = await agentTarget(settings, apiKey ?? process.env['WRIT_API_KEY'])
  const bridge = serveStdioBridge({
    url: target.url,
    apiKey: target.apiKey,
    ...(settings.auth_token === undefined ? {} : { authToken: settings.auth_token }),
    version,
    ...(settings.agent_id === undefined ? {} : { agentId: settings.agent_id }),
    ...(toolsets === undefined ? {} : { toolsets }),
  })
  if (process.stdin.isTTY) process.stderr.write(`${ALONE}\n`)
  const stop = (): void => void bridge.close()
  process.on('SIGTERM', stop).on('SIGINT', stop)
  await bridge.ended
  await target.close()
  process.off('SIGTERM', stop).off('SIGINT', stop)
}

/** What install gave this client goes before the environment, which a session may have from anywhere. */
function installedFor({ host, server, apiKey }: McpOptions): Pick<McpOptions, 'server' | 'apiKey'> {
  if (host === undefined) return {}
  const installed = installedConnection(loadSettings().home, host)
  if (installed === null) throw new CliError(`Writ is not installed into ${host}. Run: writ install`)
  return { server: server ?? installed.server, apiKey: apiKey ?? installed.key }
}
