/**
 * `npm run try:clients`: Claude Code and Codex, as npm has them today, against a server of this checkout: added by URL
 * without a key, logged in by OAuth, used, revoked. Downloads some 200 MB; every home and the server are temporary.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadSettings } from '#core/kernel/config'
import { silentLog } from '#core/kernel/log'
import { loadSqlParser } from '#core/evidence/index'
import { startServer, type RunningServer } from '../serve.ts'
import type { Details } from './test-browser.ts'
import { claudeCode } from './try-claude-code.ts'
import { codex } from './try-codex.ts'
import { person, type Person } from './try-person.ts'
import { install, type RealClient } from './try-programs.ts'

/** How the client makes itself known: by its document at an https address, or by registering. */
const roads = ['document', 'registration'] as const
type Road = (typeof roads)[number]

interface Trial {
  readonly client: RealClient
  readonly road: Road
  readonly server: RunningServer
  readonly person: Person
}

const totals = { ok: 0, failed: 0, skipped: 0 }

function tell(what: keyof typeof totals, line: string): void {
  totals[what] += 1
  process.stdout.write(`${what.padEnd(8)}${line}\n`)
}

async function tryClient(trial: Trial): Promise<void> {
  const { client, road, server } = trial
  let title = `${client.name} by ${road}`
  const step = async <T>(name: string, run: () => Promise<T>, words: (result: T) => string): Promise<T> => {
    try {
      const result = await run()
      tell('ok', `${title}: ${name}: ${words(result)}`)
      return result
    } catch (error) {
      tell('failed', `${title}: ${name}: ${error instanceof Error ? error.message : String(error)}`)
      throw error
    }
  }
  const asSaid = (line: string): string => line
  const version = await step('version', () => client.version(), asSaid)
  title = `${client.name} ${/[\d.]+/.exec(version)?.[0] ?? ''} by ${road}`
  await step('add by URL', () => client.add(`${server.url}/mcp`), asSaid)
  await step('log in', () => logIn(trial), asSaid)
  const grant = await step(
    'grant',
    () => grantOf(trial),
    ({ id, client_name, agent_id, scopes }) => `${id} "${client_name}" acts as ${agent_id}, ${scopes.length} scopes`,
  )
  await step('use', () => client.use(), asSaid)
  await step('recorded', () => decisionOf(trial, grant.id), asSaid)
  await step(
    'revoke',
    () => trial.person.revoke(grant.id),
    () => grant.id,
  )
  await step('refused then', () => client.refused(), asSaid)
}

async function logIn({ client, road, person: they }: Trial): Promise<string> {
  let shown: Details | undefined
  const line = await client.login(async (url) => void (shown = await they.allow(url)))
  const { client_id: id, name, registered, redirect_host: host } = shown?.client ?? missing('a page of consent')
  const expected = road === 'document' ? [client.document, 'metadata'] : [id, 'dynamic']
  if (id !== expected[0] || registered !== expected[1]) throw new Error(`came as ${id} (${registered})`)
  return `${line} [consent: "${name}", ${registered}, back to ${host}]`
}

async function grantOf({ client, road, server }: Trial) {
  const grant = await server.runtime.db
    .selectFrom('oauth_grant')
    .select(['id', 'client_id', 'client_name', 'agent_id', 'scopes'])
    .where('revoked_at', 'is', null)
    .executeTakeFirstOrThrow()
  const metadata = await fetch(`${server.url}/.well-known/oauth-protected-resource/mcp`)
  const { scopes_supported: all } = (await metadata.json()) as { scopes_supported: string[] }
  const wrong = [
    ...(road === 'registration' && grant.client_name !== client.calledItself ? [grant.client_name] : []),
    ...(grant.agent_id === client.agentId ? [] : [grant.agent_id]),
    ...(grant.scopes.toSorted().join() === all.toSorted().join() ? [] : [grant.scopes.join(' ')]),
  ]
  if (wrong.length > 0) throw new Error(`not as it was allowed: ${wrong.join(', ')}`)
  return grant
}

/** What the server wrote down about the act that the client asked about. */
async function decisionOf({ client, server }: Trial, grantId: string): Promise<string> {
  const row = await server.runtime.db
    .selectFrom('guard_decision')
    .select(['decision', 'agent_id', 'principal_id'])
    .where('principal_id', '=', grantId)
    .executeTakeFirst()
  const { decision, agent_id } = row ?? missing('a decision under the grant')
  if (agent_id !== client.agentId) throw new Error(`as ${agent_id}`)
  return `writ_guard: ${decision}, asked by ${agent_id} under its grant`
}

function missing(what: string): never {
  throw new Error(`there was not ${what}`)
}

async function tryRoad(road: Road, { folder, programs }: { folder: string; programs: string }): Promise<void> {
  const home = join(folder, road)
  const env = { WRIT_CLIENT_DOCUMENTS: road === 'document' ? 'on' : 'off' }
  const settings = { ...loadSettings({ env, home: join(home, 'writ') }), port: 0 }
  await loadSqlParser()
  const server = await startServer({ settings, log: silentLog, signals: false })
  try {
    const they = await person(server.url, server.setupUrl ?? missing('a set-up link'))
    for (const make of [claudeCode, codex]) {
      const own = join(home, make.name)
      await mkdir(own, { recursive: true })
      const client = await make({ programs, home: own })
      if (road === 'document' && !(await isReachable(server, client.document))) {
        tell('skipped', `${client.name} by document: this machine cannot reach ${client.document}`)
        continue
      }
      await tryClient({ client, road, server, person: they }).catch(() => undefined)
    }
  } finally {
    await server.close()
  }
}

/** Asked on the road that the server itself would take. */
function isReachable({ runtime }: RunningServer, url: string): Promise<boolean> {
  const asked = runtime.ports.fetch(url, { signal: AbortSignal.timeout(10_000) })
  return asked.then(
    ({ ok }) => ok,
    () => false,
  )
}

const folder = await mkdtemp(join(tmpdir(), 'writ-clients-'))
try {
  const programs = await install(join(folder, 'programs'), ['@anthropic-ai/claude-code@latest', '@openai/codex@latest'])
  for (const road of roads) await tryRoad(road, { folder, programs })
} finally {
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
}
process.stdout.write(`${totals.ok} ok, ${totals.failed} failed, ${totals.skipped} skipped\n`)
process.exitCode = totals.failed === 0 ? 0 : 1
