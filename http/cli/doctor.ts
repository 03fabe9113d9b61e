import type { Command } from 'commander'
import { CATEGORIES } from '#core/doctor/index'
import type { Settings } from '#core/kernel/config'
import { Connection } from '../client/index.ts'
import { checkConfig, checkDataDir, checkDisk, checkNode, type Check } from './checks-local.ts'
import { checkPrivate } from './checks-private.ts'
import { checkClock, checkDatabase, checkHalt, checkKey, checkLedger, checkServer } from './checks-remote.ts'
import { checkInside } from './checks-server.ts'
import { define, type RemoteOptions } from './define.ts'
import { serverUrl } from './remote.ts'
import { withDatabase } from './serve-options.ts'
import { harmless, paint, say, sayJson } from './terminal.ts'

interface DoctorOptions extends RemoteOptions {
  readonly data?: string
  readonly databaseUrl?: string
  readonly category?: string
  /** False with `--no-fix`. */
  readonly fix: boolean
}

export function addDoctor(program: Command): void {
  const summary = 'Check this machine, the server and the key, and say what to do.'
  withDatabase(define(program, 'doctor', { summary, example: 'doctor --no-fix', remote: true }))
    .option('--category <names>', `only these checks of the server: ${CATEGORIES.join(', ')} (comma separated)`)
    .option('--no-fix', 'only tell what is wrong; repair nothing')
    .addHelpText(
      'after',
      '\nRepairs what loses nothing: an install into a client that is no longer as it was installed, or of another release than\nits server, is installed again, and what was changed is kept in ~/.writ/backups; files of Writ that others may use are\nclosed; and what the server offers. With --category only what belongs to it.\n\nExit code: 1 when a check fails.',
    )
    .action(doctor)
}

async function doctor(options: DoctorOptions): Promise<void> {
  const { server, apiKey, data, databaseUrl } = options
  const open = checkPrivate(fixes(options, 'config'))
  const config = checkConfig({ url: server, api_key: apiKey, data_dir: data, database_url: databaseUrl })
  const checks = [checkNode(), ...open, config.check]
  if (config.settings !== null) {
    checks.push(
      checkDataDir(config.settings, fixes(options, 'config')),
      checkDisk(config.settings),
      ...(await (await import('./checks-hosts.ts')).checkClients({ fix: fixes(options, 'hosts'), apiKey })),
      ...(await remoteChecks(config.settings, options)),
    )
  }
  const ok = checks.every(({ status }) => status !== 'fail')
  if (!ok) process.exitCode = 1
  if (options.json) return sayJson({ ok, checks })
  for (const check of checks) sayCheck(check)
}

/** Here as on the server: who names categories wants nothing else touched. */
function fixes({ fix, category }: DoctorOptions, own: (typeof CATEGORIES)[number]): boolean {
  return fix && (category === undefined || category.split(',').some((name) => name.trim() === own))
}

async function remoteChecks(settings: Settings, options: DoctorOptions): Promise<Check[]> {
  const connection = new Connection({ baseUrl: serverUrl(settings), apiKey: settings.api_key, timeoutMs: 10_000 })
  const server = await checkServer(connection)
  if (server.status === 'fail') return [server]
  const open = [server, await checkDatabase(connection), await checkClock(connection)]
  if (settings.api_key === undefined) {
    return [...open, { check: 'key', status: 'warn', found: 'no API key is set', remedy: 'Set WRIT_API_KEY.' }]
  }
  const key = await checkKey(connection)
  if (key.status === 'fail') return [...open, key]
  const inside = await checkInside(connection, options)
  return [...open, key, ...(inside ?? [await checkLedger(connection), await checkHalt(connection)])]
}

const marks = { ok: '✓', warn: '!', fail: '✗', skip: '·' } as const
const styles = { ok: 'green', warn: 'yellow', fail: 'red', skip: 'dim' } as const

function sayCheck({ check, status, found, remedy }: Check): void {
  say(`${paint(styles[status], marks[status])} ${check.padEnd(26)} ${harmless(found)}`)
  if (remedy !== undefined) say(`  ${' '.repeat(26)} ${paint('dim', remedy)}`)
}
