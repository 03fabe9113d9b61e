/**
 * `npm run try:latency`: what one governed tool call costs, end to end, with the real clients and a model that follows a
 * script: from the model's message to the client's next request, for each way in which a hook can be written.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { operations } from '#core/registry.gen'
import { testOrg } from '#core/testing/context'
import { testServer } from '#http/test-server'
import { TestGate } from '../hooks/test-gate.ts'
import { TestClient, versionOf } from './test-clients.ts'
import { scriptedModel } from '../witness/scripted-model.ts'

const CALLS = 30
const ROUNDS = 3

/** A hook in Node, as most tools of the field have it: the same question, asked by a runtime started for it. */
const nodeHook = (url: string, host: string, key: string): string => `
let body = ''
for await (const chunk of process.stdin) body += chunk
const response = await fetch('${url}/api/hosts/${host}/ask?wait=0', {
  method: 'POST', headers: { 'Content-Type': 'application/json', 'X-API-Key': '${key}' }, body })
process.stdout.write(await response.text())
`

const median = (times: readonly number[]): number => times.toSorted((a, b) => a - b)[times.length >> 1] ?? Number.NaN

/** The clients that have shell hooks. */
const hooked = ['claude', 'codex'] as const

async function measure(name: (typeof hooked)[number]): Promise<void> {
  const host = name === 'claude' ? 'claude-code' : 'codex'
  const model = await scriptedModel()
  const server = await testServer(operations, { settings: { rate_limit_per_key: 0 } })
  const { orgId } = await testOrg(server.runtime)
  const key = await server.key({ role: 'member', agentId: 'coder' }, orgId)
  const gate = new TestGate({ host, url: server.url, key })
  writeFileSync(join(gate.dir, 'hook.mjs'), nodeHook(server.url, host, key))
  const ways: Record<string, string | null> = {
    'no hook': null,
    'gate (sh and curl)': `/bin/sh '${gate.dir}/gate.sh' ask || exit 2`,
    'hook in Node': `${process.execPath} '${gate.dir}/hook.mjs' || exit 2`,
  }
  const times = new Map<string, number[]>()
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [way, command] of Object.entries(ways)) {
      const client = new TestClient(name, model)
      if (command !== null) client.hooks((event) => (event === 'ask' ? command : null))
      await client.run(
        Array.from({ length: CALLS }, (_, n) => `true ${round} ${n}`),
        name === 'codex' ? ['--dangerously-bypass-hook-trust'] : [],
      )
      if (model.results.length !== CALLS) throw new Error(`${name}, ${way}: ${model.results.length} calls of ${CALLS}`)
      times.set(way, [...(times.get(way) ?? []), ...model.roundTrips.slice(2)])
      client.remove()
    }
  }
  const base = median(times.get('no hook') ?? [])
  for (const [way, all] of times) {
    const added = way === 'no hook' ? '' : `, adds ${(median(all) - base).toFixed(1)} ms`
    process.stdout.write(
      `${name} ${versionOf(name)}: ${way}: median ${median(all).toFixed(1)} ms of ${all.length} calls${added}\n`,
    )
  }
  gate.remove()
  await server.close()
  await model.close()
}

for (const name of hooked) {
  if (versionOf(name) === null) process.stdout.write(`${name} is not installed\n`)
  else await measure(name)
}
