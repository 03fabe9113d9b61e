/**
 * `npm run try:wrap`: ten MCP servers, as npm has them today, each spoken with directly and through `writ wrap` at a
 * server of this checkout. Told is whether both say the same, byte for byte, and what the way through Writ costs.
 * Downloads some 300 MB; everything is temporary. TRY_WRAP_PROGRAMS names a `node_modules/.bin` that has them already.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadSettings } from '#core/kernel/config'
import { silentLog } from '#core/kernel/log'
import { loadSqlParser } from '#core/evidence/index'
import { startServer, type RunningServer } from '../serve.ts'
import { McpHost, wrapped } from './test-mcp-host.ts'
import { triedServers, type TriedServer } from './try-servers.ts'

const ROUNDS = 30

interface Place {
  readonly server: RunningServer
  readonly programs: string
  readonly folder: string
}

interface Pair {
  readonly direct: McpHost
  readonly governed: McpHost
}

/** One server in both ways; the sentence tells what was found, and throws where they differ. */
async function tryServer({ pack, bin, args, call: given }: TriedServer, place: Place): Promise<string> {
  const call = JSON.parse(JSON.stringify(given).replaceAll('{folder}', place.folder)) as TriedServer['call']
  const program = join(place.programs, bin)
  const env = environment(place)
  const pair: Pair = {
    direct: new McpHost({ command: program, args, env, cwd: place.folder }),
    governed: new McpHost(
      wrapped(['--name', pack.split('/').at(-1) ?? pack, '--', program, ...args], env, place.folder),
    ),
  }
  try {
    same('initialize', await pair.direct.initialize(), await pair.governed.initialize())
    const listed = await both(pair, 'tools/list')
    const answer = await both(pair, 'tools/call', call)
    const times = await timed(pair, call)
    const tools = (JSON.parse(listed) as { result: { tools: unknown[] } }).result.tools.length
    const failed =
      answer.includes('"isError":true') || answer.includes('"error":{') ? ', answered with an error in both' : ''
    return `${tools} tools, ${listed.length} bytes of list and ${answer.length} of ${call.name} equal${failed}; ${times}`
  } finally {
    for (const { child } of [pair.direct, pair.governed]) child.kill()
  }
}

async function both({ direct, governed }: Pair, method: string, params: object = {}): Promise<string> {
  const one = await direct.line(method, { ...params })
  same(method, one, await governed.line(method, { ...params }))
  return one
}

/** Ids of the two are equal, as both are asked the same in the same order. */
function same(what: string, direct: string, governed: string): void {
  if (direct === governed) return
  const at = Array.from(direct.slice(0, governed.length + 1)).findIndex((char, index) => char !== governed[index])
  throw new Error(`${what} differs at ${at}: ${direct.slice(at, at + 120)} | ${governed.slice(at, at + 120)}`)
}

/** Direct and governed calls in turn, so that both meet the same machine. */
async function timed({ direct, governed }: Pair, call: TriedServer['call']): Promise<string> {
  const [one, other] = [[] as number[], [] as number[]]
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [host, times] of [
      [direct, one],
      [governed, other],
    ] as const) {
      const started = performance.now()
      await host.line('tools/call', call)
      times.push(performance.now() - started)
    }
  }
  added.push(median(other) - median(one))
  return `p50 ${median(one).toFixed(1)} ms direct, ${median(other).toFixed(1)} ms through Writ`
}

const added: number[] = []
const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

function environment({ server, folder }: Place): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    WRIT_HOME: join(folder, 'no-home'),
    WRIT_URL: server.url,
    WRIT_API_KEY: server.first?.agent.secret ?? '',
    MEMORY_FILE_PATH: join(folder, 'memory.json'),
  }
}

async function install(folder: string, packs: readonly string[]): Promise<string> {
  await mkdir(folder, { recursive: true })
  const args = [
    'install',
    '--prefix',
    folder,
    '--no-fund',
    '--no-audit',
    '--loglevel=error',
    '--ignore-scripts',
    ...packs,
  ]
  const [code] = (await once(spawn('npm', args, { stdio: 'inherit' }), 'exit')) as [number | null]
  if (code !== 0) throw new Error(`npm install ended with ${code}`)
  return join(folder, 'node_modules', '.bin')
}

async function repository(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'a.js'), 'let a = 1\n')
  await writeFile(join(folder, 'eslint.config.mjs'), 'export default [{ rules: { "no-unused-vars": 2 } }]\n')
  const identity = ['-c', 'user.name=Try', '-c', 'user.email=try@example.com']
  for (const args of [
    ['init', '-q'],
    ['add', '.'],
    [...identity, 'commit', '-qm', 'one'],
  ]) {
    await once(spawn('git', ['-C', folder, ...args], { stdio: 'inherit' }), 'exit')
  }
}

const base = await mkdtemp(join(tmpdir(), 'writ-wrapped-'))
const folder = join(base, 'work')
const tried = triedServers
let equal = 0
await loadSqlParser()
const settings = { ...loadSettings({ env: {}, home: join(base, 'writ') }), port: 0 }
const server = await startServer({ settings, log: silentLog, signals: false })
try {
  await repository(folder)
  const installed = process.env['TRY_WRAP_PROGRAMS']
  const programs =
    installed ??
    (await install(
      join(base, 'programs'),
      tried.map(({ pack }) => `${pack}@latest`),
    ))
  for (const one of tried) {
    try {
      process.stdout.write(`ok       ${one.pack}: ${await tryServer(one, { server, programs, folder })}\n`)
      equal += 1
    } catch (error) {
      process.stdout.write(`failed   ${one.pack}: ${error instanceof Error ? error.message : String(error)}\n`)
    }
  }
} finally {
  await server.close()
  await rm(base, { recursive: true, force: true, maxRetries: 5 })
}
process.stdout.write(
  `${equal} of ${tried.length} the same through Writ; added at p50: ${median(added).toFixed(1)} ms\n`,
)
process.exitCode = equal === tried.length ? 0 : 1
