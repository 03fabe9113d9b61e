import { spawn } from 'node:child_process'
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { jsonPost } from './load.ts'
import { observed, type Program } from './processes.ts'
import { questionOf, ruleOf, type Question } from './rival-rules.ts'
import { openRivals } from './rivals-cache.ts'

export interface Cerbos {
  readonly program: Program
  readonly requests: readonly Buffer[]
  remove(): Promise<void>
}

/**
 * The Go decision server with one resource policy of so many rules and its local audit log on (which is buffered: not
 * durable per decision, unlike ours). Answers the reason as a sentence when it cannot be had.
 */
export async function startCerbos(rules: number): Promise<Cerbos | string> {
  const rivals = await openRivals()
  if (typeof rivals === 'string') return rivals
  let binary: string
  try {
    binary = rivals.resolve(`@cerbos/cerbos-${process.platform}-${process.arch}`)
  } catch {
    return `cerbos has no package for ${process.platform}-${process.arch}`
  }
  const folder = await mkdtemp(join(tmpdir(), 'writ-bench-cerbos-'))
  const [http, grpc] = [await freePort(), await freePort()]
  await mkdir(join(folder, 'policies'))
  await writeFile(join(folder, 'policies', 'act.json'), JSON.stringify(policy(rules)))
  await writeFile(join(folder, 'config.json'), JSON.stringify(config(folder, http, grpc)))
  const env = { ...process.env, CERBOS_NO_TELEMETRY: '1' }
  const child = spawn(binary, ['server', `--config=${join(folder, 'config.json')}`], { stdio: 'ignore', env })
  const program = observed(child, `http://127.0.0.1:${http}`)
  const remove = async (): Promise<void> => {
    await program.stop()
    await rm(folder, { recursive: true, force: true })
  }
  const problem = (await untilReady(program)) ?? (await checked(program.url))
  if (problem === undefined) return { program, requests: requests(program.url), remove }
  await remove()
  return problem
}

function config(folder: string, http: number, grpc: number): object {
  return {
    server: {
      httpListenAddr: `127.0.0.1:${http}`,
      grpcListenAddr: `127.0.0.1:${grpc}`,
      logRequestPayloads: false,
    },
    storage: { driver: 'disk', disk: { directory: join(folder, 'policies'), watchForChanges: false } },
    audit: {
      enabled: true,
      accessLogsEnabled: true,
      decisionLogsEnabled: true,
      backend: 'local',
      local: { storagePath: join(folder, 'audit') },
    },
    telemetry: { disabled: true },
  }
}

function policy(count: number): object {
  const rules = Array.from({ length: count }, (_, n) => {
    const { type, threshold, agent } = ruleOf(n)
    const bound = agent === null ? [] : [{ expr: `R.attr.agent == "${agent}"` }]
    const match = { all: { of: [{ expr: `R.attr.risk >= ${threshold}` }, ...bound] } }
    return { actions: [type], effect: 'EFFECT_DENY', roles: ['agent'], condition: { match } }
  })
  const open = { actions: ['*'], effect: 'EFFECT_ALLOW', roles: ['agent'] }
  const resourcePolicy = { resource: 'act', version: 'default', rules: [open, ...rules] }
  return { apiVersion: 'api.cerbos.dev/v1', resourcePolicy }
}

function asked({ agent, type, risk }: Question, n: number): object {
  const attr = { agent, risk, target: `packages/p${n % 40}` }
  return {
    requestId: `bench-${n}`,
    principal: { id: agent, roles: ['agent'] },
    resources: [{ actions: [type], resource: { kind: 'act', id: `a${n}`, attr } }],
  }
}

const requests = (url: string): Buffer[] =>
  Array.from({ length: 200 }, (_, n) => jsonPost(`${url}/api/check/resources`, asked(questionOf(n), n)))

/** One denial and one permission, so that a server that decides nothing is not taken for a quick one. */
async function checked(url: string): Promise<string | undefined> {
  for (const [risk, effect] of [
    [99, 'EFFECT_DENY'],
    [1, 'EFFECT_ALLOW'],
  ] as const) {
    const body = JSON.stringify(asked({ agent: 'agent-0', type: 'deploy', risk }, 0))
    const response = await fetch(`${url}/api/check/resources`, { method: 'POST', body })
    const text = await response.text()
    if (!text.includes(effect)) return `cerbos answered ${response.status} ${text.slice(0, 200)}`
  }
  return undefined
}

async function untilReady({ url, process: child }: Program): Promise<string | undefined> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    if (child.exitCode !== null) return `cerbos ended with ${child.exitCode}`
    const ready = await fetch(`${url}/_cerbos/health`).then(
      ({ ok }) => ok,
      () => false,
    )
    if (ready) return undefined
    await pause(100)
  }
  return 'cerbos did not become ready within 20 s'
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
