/**
 * `npm run try:latency`: what one governed tool call costs, end to end, with the real clients and a model that follows a
 * script: from the model's message to the client's next request, for each way in which a hook can be written.
 */
import { writeFileSync } from 'node:fs'
import { createServer, request, Agent, type Server } from 'node:http'
import { join } from 'node:path'
import { operations } from '#core/registry.gen'
import { testOrg } from '#core/testing/context'
import { testServer } from '#http/test-server'
import { TestGate } from '../hooks/test-gate.ts'
import { scriptedModel, type ScriptedModel } from '../witness/scripted-model.ts'
import { TestClient, versionOf } from './test-clients.ts'

const CALLS = 30
const ROUNDS = 3

/** A hook in Node, as most tools of the field have it: the same question, asked by a runtime started for it. */
const nodeHook = (address: string, key: string): string => `
let body = ''
for await (const chunk of process.stdin) body += chunk
const response = await fetch('${address}', {
  method: 'POST', headers: { 'Content-Type': 'application/json', 'X-API-Key': '${key}' }, body })
process.stdout.write(await response.text())
`

/** A helper that stays: hands each question on to the server over a connection that it keeps open. */
function resident(socket: string, address: string, key: string): Promise<Server> {
  const agent = new Agent({ keepAlive: true })
  const headers = { 'Content-Type': 'application/json', 'X-API-Key': key }
  const server = createServer((asked, answer) => {
    const on = request(address, { agent, method: 'POST', headers }, (ruled) => ruled.pipe(answer))
    asked.pipe(on)
  })
  return new Promise((resolve) => server.listen(socket, () => resolve(server)))
}

/** The clients that have shell hooks. */
const hooked = ['claude', 'codex'] as const
type ClientName = (typeof hooked)[number]

type Ways = Readonly<Record<string, string | object | null>>

function waysOf(name: ClientName, gate: TestGate, address: string, key: string): Ways {
  const path = join(gate.dir, 'gate.sh')
  const sent = `--header 'Content-Type: application/json' --data-binary @-`
  return {
    'no hook': null,
    'gate under bash': `/bin/bash -p '${path}' ask || exit 2`,
    'gate under sh, with curl': `/bin/sh '${path}' ask || exit 2`,
    // Only Claude Code has hooks of this kind. The key would stand in the client's settings.
    ...(name === 'claude' ? { 'HTTP hook': { type: 'http', url: address, headers: { 'X-API-Key': key } } } : {}),
    'resident helper, asked by curl': `curl -q -s --unix-socket '${gate.dir}/s' ${sent} http://x/ || exit 2`,
    'hook in Node': `${process.execPath} '${gate.dir}/hook.mjs' || exit 2`,
  }
}

/** The times of one session with this hook; the first two calls warm the client up. */
async function session(name: ClientName, model: ScriptedModel, way: string | object | null): Promise<number[]> {
  const client = new TestClient(name, model)
  if (way !== null) client.hooks((event) => (event === 'ask' ? way : null))
  const commands = Array.from({ length: CALLS }, (_, n) => `true ${n}`)
  await client.run(commands, name === 'codex' ? ['--dangerously-bypass-hook-trust'] : [])
  client.remove()
  if (model.results.length !== CALLS) throw new Error(`${name}: ${model.results.length} calls of ${CALLS}`)
  return model.roundTrips.slice(2)
}

const median = (times: readonly number[]): number => times.toSorted((a, b) => a - b)[times.length >> 1] ?? Number.NaN

async function measure(name: ClientName): Promise<void> {
  const host = name === 'claude' ? 'claude-code' : 'codex'
  const model = await scriptedModel()
  const server = await testServer(operations, { settings: { rate_limit_per_key: 0 } })
  const { orgId } = await testOrg(server.runtime)
  const key = await server.key({ role: 'member', agentId: 'coder' }, orgId)
  const gate = new TestGate({ host, url: server.url, key })
  const address = `${server.url}/api/hosts/${host}/ask?wait=0`
  writeFileSync(join(gate.dir, 'hook.mjs'), nodeHook(address, key))
  const helper = await resident(join(gate.dir, 's'), address, key)
  const asked = async (): Promise<number> =>
    (await server.runtime.db.selectFrom('guard_decision').select('decision').execute()).length
  const times = new Map<string, number[]>()
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [way, handler] of Object.entries(waysOf(name, gate, address, key))) {
      const before = await asked()
      times.set(way, [...(times.get(way) ?? []), ...(await session(name, model, handler))])
      // What was not asked cost nothing.
      const questions = (await asked()) - before
      if (questions !== (handler === null ? 0 : CALLS)) throw new Error(`${name}, ${way}: ${questions} questions`)
    }
  }
  const base = median(times.get('no hook') ?? [])
  for (const [way, all] of times) {
    const added = way === 'no hook' ? '' : `, adds ${(median(all) - base).toFixed(1)} ms`
    const told = `${name} ${versionOf(name)}: ${way}: median ${median(all).toFixed(1)} ms of ${all.length} calls`
    process.stdout.write(`${told}${added}\n`)
  }
  helper.close()
  helper.closeAllConnections()
  gate.remove()
  await server.close()
  await model.close()
}

for (const name of hooked) {
  if (versionOf(name) === null) process.stdout.write(`${name} is not installed\n`)
  else await measure(name)
}
