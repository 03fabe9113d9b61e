import { Option, type Command } from 'commander'
import type { InputOf, OutputOf } from '../client/index.ts'
import { define, group, type RemoteOptions } from './define.ts'
import { parseMinutes } from './duration.rules.ts'
import { connect } from './remote.ts'
import { serverSettings, withDatabase } from './serve-options.ts'
import { ago, harmless, paint, say, sayJson, sayTable } from './terminal.ts'

interface CreateOptions extends RemoteOptions {
  readonly role: 'admin' | 'approver' | 'member' | 'readonly'
  readonly agent?: string
  readonly expires?: string
  readonly local?: boolean
  readonly data?: string
  readonly databaseUrl?: string
}

interface RotateOptions extends RemoteOptions {
  readonly overlap: string
}

type Key = OutputOf<'keys_create'>['key']

export function addKeys(program: Command): void {
  const keys = group(program, 'keys', 'List, make, replace and revoke API keys.', 'keys list')
  define(keys, 'list', { summary: 'List the keys; never their secrets.', example: 'keys list', remote: true }).action(
    list,
  )
  const create = define(keys, 'create <name>', {
    summary: 'Make a key; its secret is shown once.',
    example: "keys create 'deploy bot' --role member --agent deploy-bot",
    remote: true,
  })
    .addOption(
      new Option('--role <role>', 'member is for agents')
        .choices(['admin', 'approver', 'member', 'readonly'])
        .default('member'),
    )
    .option('--agent <id>', 'binds it: it speaks for this agent only')
    .option('--expires <time>', 'it ends after 30m, 2h, 1d, …')
    .option('--local', 'straight into the database while no server runs on it: the way back when every key is lost')
  withDatabase(create).action(createKey)
  define(keys, 'rotate <key-id>', {
    summary: 'Replace a key by a new one with the same rights.',
    example: 'keys rotate key_0199… --overlap 1h',
    remote: true,
  })
    .option('--overlap <time>', 'how long the old one stays valid', '1h')
    .action(rotate)
  define(keys, 'revoke <key-id>', {
    summary: 'End a key at once.',
    example: 'keys revoke key_0199…',
    remote: true,
  }).action(revoke)
  define(keys, 'rotate-oauth', {
    summary: 'Replace the key that signs OAuth access tokens; for the operator.',
    example: 'keys rotate-oauth',
    remote: true,
  }).action(rotateOauth)
}

async function rotateOauth(options: RemoteOptions): Promise<void> {
  const answer = await connect(options).call('grants_rotate_key', {})
  if (options.json) return sayJson(answer)
  say(`Access tokens are signed with ${answer.kid} from now on; earlier ones stay valid to their end.`)
}

async function list(options: RemoteOptions): Promise<void> {
  const answer = await connect(options).call('keys_list', { limit: 200 })
  if (options.json) return sayJson(answer)
  const rows = answer.keys.map((key) => [
    key.id,
    key.role,
    { painted: stateOf(key) },
    key.agent_id,
    used(key),
    `${key.key_prefix}…`,
    key.name,
  ])
  sayTable(['ID', 'ROLE', 'STATE', 'AGENT', 'USED', 'KEY', 'NAME'], rows)
}

function used({ last_used_at: at }: Key): string {
  return at === null ? 'never' : `${ago(at)} ago`
}

function stateOf({ revoked_at, expires_at }: Key): string {
  if (revoked_at !== null) return paint('red', 'revoked')
  if (expires_at === null) return 'valid'
  return Date.parse(expires_at) <= Date.now() ? paint('red', 'ended') : `ends in ${ago(expires_at)}`
}

async function createKey(name: string, options: CreateOptions): Promise<void> {
  const { role, agent, expires } = options
  const until = expires === undefined ? undefined : new Date(Date.now() + parseMinutes(expires) * 60_000)
  const body: InputOf<'keys_create'> = {
    name,
    role,
    ...(agent === undefined ? {} : { agent_id: agent }),
    ...(until === undefined ? {} : { expires_at: until.toISOString() }),
  }
  if (!options.local) return sayMade(await connect(options).call('keys_create', body), options)
  const { createLocally } = await import('./keys-local.ts')
  sayMade(await createLocally(body, serverSettings({ ...options, logLevel: 'warn' })), options)
}

async function rotate(id: string, options: RotateOptions): Promise<void> {
  const overlap_minutes = options.overlap === '0' ? 0 : parseMinutes(options.overlap)
  sayMade(await connect(options).call('keys_rotate', { id, overlap_minutes }), options)
}

function sayMade(made: { key: { id: string }; secret: string }, { json }: RemoteOptions): void {
  if (json) return sayJson(made)
  say(`${made.key.id}  ${paint('yellow', 'shown this once:')}`)
  say(made.secret)
}

async function revoke(id: string, options: RemoteOptions): Promise<void> {
  const answer = await connect(options).call('keys_revoke', { id })
  if (options.json) return sayJson(answer)
  say(`Revoked ${answer.key.id} (${harmless(answer.key.name)}).`)
}
