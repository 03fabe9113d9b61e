import { Option, type Command } from 'commander'
import { header, type Headers } from './header.rules.ts'
import { httpUrl, wholeNumber } from './option.rules.ts'
import { withDatabase } from './serve-options.ts'

export interface WrapOptions {
  readonly name?: string
  readonly wait: number
  readonly unavailable: 'refuse' | 'allow'
  readonly onInjection: 'warn' | 'block'
  readonly keepSecrets?: boolean
  readonly header?: Headers
  readonly server?: string
  readonly apiKey?: string
  readonly authToken?: string
  readonly agent?: string
  readonly data?: string
  readonly databaseUrl?: string
}

const EXAMPLES = `
Example:
  $ writ wrap -- npx -y @modelcontextprotocol/server-filesystem .
  $ writ wrap https://mcp.example.com/mcp --header 'Authorization: Bearer \${TOKEN}'

Put it in place of the server's own command in the configuration of the agent's host.`

export function addWrap(program: Command): void {
  const command = program
    .command('wrap <target> [args...]')
    .description(
      'Govern an MCP server: run it (a command after --, or a URL) behind Writ, which is asked before each call of its tools.',
    )
    .option(
      '--name <server>',
      'what it is called in policies, as mcp__<server>__<tool>; else after its command or address',
    )
    .option('--wait <seconds>', 'how long a call waits for a person', wholeNumber(0, 3600), 30)
    .addOption(
      new Option('--unavailable <what>', 'what happens to calls while Writ gives no answer')
        .choices(['refuse', 'allow'])
        .default('refuse'),
    )
    .addOption(
      new Option('--on-injection <what>', 'what happens to a result with injected instructions of high risk')
        .choices(['warn', 'block'])
        .default('warn'),
    )
    .option('--keep-secrets', 'leave secrets in results')
    .option(
      '--header <header>',
      "sent to a URL, as 'Name: value'; ${NAME} is read from the environment",
      (text, before?: Headers) => header(text, before),
    )
    .option('--server <url>', 'address of the Writ server (WRIT_URL)', httpUrl)
    .option('--api-key <key>', 'an agent key (WRIT_API_KEY)')
    .option('--auth-token <jwt>', 'proves which agent speaks (WRIT_AUTH_TOKEN)')
    .option('--agent <id>', 'the agent to speak for; else named after the MCP client (WRIT_AGENT_ID)')
    .addHelpText('after', EXAMPLES)
  withDatabase(command).action(async (target: string, args: readonly string[], options: WrapOptions) =>
    (await import('./wrap-run.ts')).wrap(target, args, options),
  )
}
