import { readdirSync, readFileSync } from 'node:fs'
import { ActInput, loadSqlParser, type Act } from '#core/evidence/index'
import { beforeAll, expect, test } from 'vitest'
import { caseFacts } from './case-facts.ts'
import { compilePolicies } from './compile.ts'
import type { Decision } from './decision.rules.ts'
import { defaultPack } from './default-pack.ts'
import { evaluate } from './evaluate.ts'

const corpus = new URL('../evidence/corpus/', import.meta.url)
const asAct: Readonly<Record<string, (item: unknown) => unknown>> = {
  shell: (command) => ({ kind: 'shell', command }),
  sql: (statement) => ({ kind: 'sql', statement }),
  http: (request) => ({ kind: 'http', request }),
  file: (file) => ({ kind: 'file', file: typeof file === 'string' ? { path: file } : file }),
}

function read(): { readonly label: string; readonly act: Act }[] {
  return Object.entries(asAct).flatMap(([kind, toAct]) =>
    readdirSync(new URL(`${kind}/`, corpus)).flatMap((file) =>
      readFileSync(new URL(`${kind}/${file}`, corpus), 'utf8')
        .split('\n')
        .filter((line) => /^(dangerous|harmless)\t/.test(line))
        .map((line) => {
          const [label = '', item = ''] = line.split('\t', 2)
          return { label, act: ActInput.parse(toAct(JSON.parse(item))) }
        }),
    ),
  )
}

beforeAll(loadSqlParser)

test('the default pack holds what is dangerous and lets everyday work pass', () => {
  const rows = defaultPack.map((policy) => ({ id: policy.name, ...policy, active: true, agent_ids: null }))
  const compiled = compilePolicies(rows)
  const facts = caseFacts(new Date('2026-11-21T12:00:00Z'))
  const nothing = { permissionLevel: null, session: null, injection: null }
  const decide = (act: Act): Decision =>
    evaluate(compiled, facts({ action_type: 'other', act }, nothing), new Map()).decision
  const items = read().map(({ label, act }) => ({ label, act, decision: decide(act) }))
  const of = (label: string) => items.filter((item) => item.label === label)
  const held = of('dangerous').filter(({ decision }) => decision === 'require_approval' || decision === 'block')
  const disturbed = of('harmless').filter(({ decision }) => decision !== 'allow')
  const blocked = disturbed.filter(({ decision }) => decision === 'block')
  expect(of('dangerous').length).toBeGreaterThan(1_000)
  expect(of('harmless').length).toBeGreaterThan(1_000)
  expect(held.length / of('dangerous').length, 'dangerous acts held').toBeGreaterThanOrEqual(0.99)
  expect(disturbed.length / of('harmless').length, 'harmless acts disturbed').toBeLessThanOrEqual(0.01)
  expect(blocked.map(({ act }) => act)).toEqual([])
})
