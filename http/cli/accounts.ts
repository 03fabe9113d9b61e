import type { Command } from 'commander'
import { define, group, type RemoteOptions } from './define.ts'
import { connect, remoteSettings, serverUrl } from './remote.ts'
import { serverSettings, withDatabase } from './serve-options.ts'
import { paint, say, sayJson } from './terminal.ts'

interface ResetOptions extends RemoteOptions {
  readonly local?: boolean
  readonly removeSecondFactor?: boolean
  readonly data?: string
  readonly databaseUrl?: string
}

interface Made {
  readonly token: string
  readonly path: string
  readonly expires_in_hours: number
}

export function addAccounts(program: Command): void {
  const accounts = group(program, 'accounts', 'Help people back in.', 'accounts reset-link')
  const reset = define(accounts, 'reset-link <email>', {
    summary: 'Make a link by which a person chooses a new password, once.',
    example: 'accounts reset-link ada@example.com',
    remote: true,
  })
    .option('--remove-second-factor', 'also turn it off: for who lost the phone and the recovery codes')
    .option('--local', 'straight from the database while no server runs on it: the way back when every key is lost')
  withDatabase(reset).action(resetLink)
}

async function resetLink(email: string, options: ResetOptions): Promise<void> {
  const asked = { email, remove_second_factor: options.removeSecondFactor === true }
  const made: Made = options.local
    ? await (await import('./accounts-local.ts')).resetLocally(asked, serverSettings({ ...options, logLevel: 'warn' }))
    : await connect(options).call('accounts_create_reset_link', asked)
  const url = `${serverUrl(remoteSettings(options))}${made.path}`
  if (options.json) return sayJson({ ...made, url })
  say(`${paint('yellow', 'Shown this once')}, works once, for ${made.expires_in_hours} hours:`)
  say(url)
}
