import type { Command } from 'commander'
import { httpUrl } from './option.rules.ts'

export interface Definition {
  readonly summary: string
  /** One command line that works as it stands, without the program's name. */
  readonly example: string
  /** Talks to a server: takes its address and a key. */
  readonly remote?: true
}

/** What every command that talks to a server takes. */
export interface RemoteOptions {
  readonly server?: string
  readonly apiKey?: string
  readonly authToken?: string
  readonly json?: boolean
}

/** One command below `parent`, with the options and the shape of help that all commands share. */
export function define(parent: Command, usage: string, { summary, example, remote }: Definition): Command {
  const command = parent.command(usage).description(summary).option('--json', 'answer as JSON')
  if (remote) {
    command.option('--server <url>', 'address of the server (WRIT_URL)', httpUrl)
    command.option('--api-key <key>', 'API key (WRIT_API_KEY)')
    command.option('--auth-token <jwt>', 'proves which agent speaks (WRIT_AUTH_TOKEN)')
  }
  return command.addHelpText('after', `\nExample:\n  $ writ ${example}`)
}

/** A command that only holds others. */
export function group(parent: Command, name: string, summary: string, example: string): Command {
  return parent.command(name).description(summary).addHelpText('after', `\nExample:\n  $ writ ${example}`)
}
