/**
 * `npm run try:install [claude codex openclaw]`: the clients as npm has them today, with `writ install`, against a server
 * of this checkout and a stand-in for a model that calls one shell command. Downloads up to 600 MB, or uses the programs
 * in the folder that WRIT_TRY_PROGRAMS names; every home and server is temporary.
 */
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadSqlParser } from '#core/evidence/index'
import { loadSettings } from '#core/kernel/config'
import { silentLog } from '#core/kernel/log'
import { environment, install, said, started } from '../oauth/try-programs.ts'
import { startServer, type RunningServer } from '../serve.ts'
import { standIn, type StandIn } from './try-model.ts'

const MINUTE = 60_000
const main = fileURLToPath(new URL('main.ts', import.meta.url))
const totals = { ok: 0, failed: 0 }

function check(title: string, isRight: boolean, found: string): void {
  totals[isRight ? 'ok' : 'failed'] += 1
  const words = found.replaceAll(/\s+/g, ' ').slice(0, 240)
  process.stdout.write(`${(isRight ? 'ok' : 'failed').padEnd(8)}${title}: ${words}\n`)
}

interface Client {
  readonly name: 'claude' | 'codex' | 'openclaw'
  readonly npm: string
  /** The file that holds a person's own settings before the install, and with what. */
  readonly file: string
  readonly text: (model: string) => string
  readonly env: (model: string) => Record<string, string>
  readonly installArgs: readonly string[]
  /** One turn of the client; the answer of the model comes from the stand-in. */
  readonly turn: (message: string, name: string) => readonly [string, ...string[]]
}

const clients: readonly Client[] = [
  {
    name: 'claude',
    npm: '@anthropic-ai/claude-code',
    file: '.claude/settings.json',
    text: () => '{\n    "permissions": { "allow": ["Read"] }\n}',
    env: (model) => ({
      ANTHROPIC_BASE_URL: model,
      ANTHROPIC_API_KEY: 'x',
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    }),
    installArgs: [],
    turn: (message) => ['claude', '-p', message, '--allowedTools', 'Bash'],
  },
  {
    name: 'codex',
    npm: '@openai/codex',
    file: '.codex/config.toml',
    text: (model) =>
      `# mine\nmodel = "m"\nmodel_provider = "stub"\n\n[model_providers.stub]\nname = "stub"\nbase_url = "${model}/v1"\nwire_api = "responses"\nenv_key = "STUB_KEY"\n`,
    env: () => ({ STUB_KEY: 'x' }),
    installArgs: ['--trust'],
    turn: (message) => [
      'codex',
      'exec',
      '--skip-git-repo-check',
      '--dangerously-bypass-approvals-and-sandbox',
      message,
    ],
  },
  {
    name: 'openclaw',
    npm: 'openclaw',
    file: '.openclaw/openclaw.json',
    text: (model) => `{
  // A person's own words.
  "models": { "providers": { "stub": { "baseUrl": "${model}/v1", "apiKey": "x", "api": "openai-completions",
    "models": [{ "id": "m", "name": "m", "contextWindow": 200000, "maxTokens": 1000 }] } } },
  "agents": { "defaults": { "model": { "primary": "stub/m" } } },
}
`,
    env: () => ({}),
    installArgs: [],
    turn: (message, name) => [
      'openclaw',
      'agent',
      '--local',
      '--session-key',
      `agent:main:${name}`,
      '--message',
      message,
    ],
  },
]

interface Trial {
  readonly client: Client
  readonly folder: string
  readonly programs: string
  readonly model: StandIn
}

interface Hands {
  readonly home: string
  /** Runs this checkout's `writ` as the person. */
  readonly writ: (...args: string[]) => Promise<string>
  /** One turn of the client, in which the model calls its shell with this command. */
  readonly turn: (name: string, command: string) => Promise<void>
}

function handsOf({ client, folder, programs, model }: Trial, server: RunningServer): Hands {
  const home = join(folder, client.name)
  const path = `${programs}:${process.env['PATH'] ?? ''}`
  const key = server.first?.admin.secret ?? ''
  const own = { PATH: path, WRIT_HOME: join(home, '.writ'), WRIT_URL: server.url, WRIT_API_KEY: key }
  return {
    home,
    writ(...args) {
      const program = ['--conditions=writ-source', '--disable-warning=ExperimentalWarning', main]
      return said(started(process.execPath, [...program, ...args], environment(home, own)), MINUTE)
    },
    async turn(name, command) {
      model.result = ''
      const [program, ...args] = client.turn(`RUN{${command}}`, name)
      const child = started(program, args, environment(home, { PATH: path, ...client.env(model.url) }))
      child.stdin?.end()
      await said(child, 4 * MINUTE)
    },
  }
}

async function tryClient(trial: Trial): Promise<void> {
  const { client, folder, model } = trial
  const settings = { ...loadSettings({ env: {}, home: join(folder, client.name, 'server') }), port: 0 }
  const server = await startServer({ settings, log: silentLog, signals: false })
  try {
    await steps(trial, server, handsOf(trial, server))
  } catch (error) {
    check(`${client.name}: went through`, false, error instanceof Error ? error.message : String(error))
  } finally {
    model.result = ''
    await server.close()
  }
}

async function steps({ client, model }: Trial, server: RunningServer, { home, writ, turn }: Hands): Promise<void> {
  const title = (what: string): string => `${client.name}: ${what}`
  const file = join(home, client.file)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, client.text(model.url))
  const installed = await writ('install', client.name, '--agent', 'tried', '--wait', '1', ...client.installArgs)
  check(title('install'), installed.includes('as agent tried'), installed.split('\n').at(-1) ?? '')

  const allowed = join(home, 'allowed')
  await turn('allowed', `touch ${allowed}`)
  check(title('an everyday command runs'), existsSync(allowed), model.result)
  const pushed = join(home, 'pushed')
  await turn('pushed', `touch ${pushed}; git push --force`)
  check(title('what a person must decide does not'), !existsSync(pushed) && isOurs(model), model.result)

  const rows = await server.runtime.db.selectFrom('action_record').select(['agent_id', 'status']).execute()
  const found = rows.map(({ agent_id, status }) => `${agent_id} ${status}`).toSorted()
  check(title('on the record'), found.join() === 'tried completed,tried pending_approval', found.join())
  await server.close()

  const late = join(home, 'late')
  await turn('late', `touch ${late}`)
  check(title('without a server nothing runs'), !existsSync(late) && isOurs(model), model.result)
  // The key cannot be ended any more, which is told by exit code 1.
  await writ('uninstall', client.name).catch(() => undefined)
  const after = await readFile(file, 'utf8')
  const isSame = after === client.text(model.url)
  check(title('uninstall'), !after.includes('.writ'), isSame ? 'byte for byte' : 'entries only')
}

const isOurs = ({ result }: StandIn): boolean => result.includes('Writ: ')

const wanted = process.argv.slice(2)
const chosen = clients.filter(({ name }) => wanted.length === 0 || wanted.includes(name))
const folder = await mkdtemp(join(tmpdir(), 'writ-try-install-'))
const model = await standIn()
try {
  await loadSqlParser()
  const packages = chosen.map(({ npm }) => `${npm}@latest`)
  const programs = process.env['WRIT_TRY_PROGRAMS'] ?? (await install(join(folder, 'programs'), packages))
  for (const client of chosen) await tryClient({ client, folder, programs, model })
} finally {
  model.close()
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
}
process.stdout.write(`${totals.ok} ok, ${totals.failed} failed\n`)
process.exitCode = totals.failed === 0 ? 0 : 1
