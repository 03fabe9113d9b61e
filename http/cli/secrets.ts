import type { Command } from 'commander'
import { define, group } from './define.ts'
import { serverSettings, withDatabase, type ServeOptions } from './serve-options.ts'
import { say, sayJson } from './terminal.ts'

interface RekeyOptions extends ServeOptions {
  readonly oldKeyFile: string
}

export function addSecrets(program: Command): void {
  const summary = 'Look after what the database holds encrypted.'
  const secrets = group(program, 'secrets', summary, 'secrets rekey --old-key-file old.key')
  withDatabase(
    define(secrets, 'rekey', {
      summary: 'Encrypt every stored secret under the new secret key, while no server runs.',
      example: 'secrets rekey --old-key-file old.key',
    }),
  )
    .requiredOption('--old-key-file <path>', 'file with the secret key used until now')
    .addHelpText(
      'after',
      '\nStop every server, move the key file (secret.key) away or change WRIT_SECRET_KEY, then run this. All or nothing\nis changed; a second run finds everything done.',
    )
    .action(rekey)
}

async function rekey(options: RekeyOptions): Promise<void> {
  const { rekeyLocally } = await import('./secrets-local.ts')
  const done = await rekeyLocally(options.oldKeyFile, serverSettings({ ...options, logLevel: 'warn' }))
  if (options.json) return sayJson({ rekeyed: done })
  for (const { table, column, changed, already } of done) {
    say(`${table}.${column}: ${changed} changed${already === 0 ? '' : `, ${already} were under the new key already`}`)
  }
  say('Everything opens with the new secret key. The old one is needed no more.')
}
