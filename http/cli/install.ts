import { Option, type Command } from 'commander'
import { define } from './define.ts'
import { withPlace, type ClientName, type PlaceOptions } from './install-place.ts'
import { httpUrl, wholeNumber } from './option.rules.ts'

export interface InstallOptions extends PlaceOptions {
  readonly server?: string
  readonly apiKey?: string
  readonly agent?: string
  readonly wait: number
  readonly onUnavailable: 'deny' | 'allow'
  readonly ca?: string
  readonly group?: string
  readonly trust?: boolean
  readonly gateOnly?: boolean
  readonly dryRun?: boolean
  readonly json?: boolean
}

export interface UninstallOptions extends PlaceOptions {
  readonly dryRun?: boolean
  readonly json?: boolean
}

export function addInstall(program: Command): void {
  withPlace(
    define(program, 'install', {
      summary: 'Put Writ in front of the tool calls of an agent client, and give it the MCP tools.',
      example: 'install claude\n  $ sudo writ install codex --managed',
    }),
  )
    .option('--server <url>', 'address of the server (WRIT_URL)', httpUrl)
    .option('--api-key <key>', 'the key the client shall use; without one, one is made for it with your own')
    .option('--agent <id>', 'the agent that the client is; else named after client and person')
    .addOption(
      new Option('--wait <seconds>', 'how long a call waits for a person').argParser(wholeNumber(0, 3600)).default(30),
    )
    .addOption(
      new Option('--on-unavailable <what>', 'calls that the server cannot be asked about')
        .choices(['deny', 'allow'])
        .default('deny'),
    )
    .option('--ca <pem>', 'file of the authority behind the certificate of the server')
    .option('--group <name>', 'with --managed: only members of this group may read the key')
    .option('--trust', 'Codex: have it trust the hooks, which it passes over otherwise')
    .option('--gate-only', 'no entries in files of the client: for one that has the plugin')
    .option('--dry-run', 'only tell what would be done')
    .action(async (client: ClientName, options: InstallOptions) =>
      (await import('./install-run.ts')).install(client, options),
    )
  withPlace(
    define(program, 'uninstall', {
      summary: 'Take an install back; files that nobody changed since are as they were before.',
      example: 'uninstall claude',
    }),
  )
    .option('--dry-run', 'only tell what would be done')
    .action(async (client: ClientName, options: UninstallOptions) =>
      (await import('./install-run.ts')).uninstall(client, options),
    )
  define(program, 'hosts', {
    summary: 'Where Writ is installed, whether it is whole, and whether the client heeds it.',
    example: 'hosts',
  })
    .addHelpText('after', '\nExit code: 1 when an install does not govern as it should.')
    .action(async (options: { json?: boolean }) => (await import('./hosts.ts')).sayHosts(options))
}
