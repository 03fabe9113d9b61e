/**
 * `npm run bench -- [section…] [--quick] [--markdown]`. Servers and client share the machine: trust the ratios, which
 * come from interleaved rounds of one run. Without a section all but `crash` run; `crash` takes twenty minutes.
 */
import { parseArgs } from 'node:util'
import { crashRounds, crashRow } from './crash-rounds.ts'
import { postgresProblem, type Engine } from './databases.ts'
import { markdownTable, skippedRow, textTable, type Row } from './rows.ts'
import { corporaSection } from './section-corpora.ts'
import { evaluateSection } from './section-evaluate.ts'
import { fleetReadsSection } from './section-fleet-reads.ts'
import { fleetSection } from './section-fleet.ts'
import { guardSection } from './section-guard.ts'
import { historySection } from './section-history.ts'
import { memorySection } from './section-memory.ts'
import { proofsSection } from './section-proofs.ts'
import { surfaceSection } from './section-surface.ts'
import { telemetrySection } from './section-telemetry.ts'
import { tokensSection } from './section-tokens.ts'
import { wakingSection } from './section-waking.ts'

type Section = (quick: boolean) => Promise<Row[]>

const ENGINES: readonly Engine[] = ['postgres', 'embedded']

const sections: Readonly<Record<string, Section>> = {
  guard: (quick) =>
    guardSection({
      engines: ENGINES,
      policies: 1_000,
      connections: 64,
      warmSeconds: quick ? 10 : 20,
      rounds: quick ? 5 : 9,
      seconds: quick ? 3 : 5,
      rivals: true,
    }),
  telemetry: (quick) =>
    telemetrySection({
      connections: 8,
      rounds: quick ? 5 : 9,
      seconds: quick ? 2 : 4,
      singles: { connections: 64, warmSeconds: quick ? 5 : 10, rounds: quick ? 5 : 9, seconds: quick ? 2 : 4 },
    }),
  'fleet-reads': (quick) =>
    fleetReadsSection({
      large: quick ? { agents: 1_000, events: 200_000 } : { agents: 10_000, events: 5_000_000 },
      small: { agents: 100, events: 10_000 },
      connections: 4,
      rounds: quick ? 5 : 15,
      requests: quick ? 100 : 200,
    }),
  fleet: (quick) => fleetSection({ pauses: quick ? 10 : 30, agents: 10 }),
  tokens: () => tokensSection(),
  evaluate: (quick) =>
    evaluateSection({ sizes: [10, 1_000, 10_000], roundMs: quick ? 200 : 500, rounds: quick ? 3 : 7, rivals: true }),
  waking: (quick) => onEach((engine) => wakingSection({ engine, approvals: quick ? 20 : 50, clients: 1_000 })),
  history: (quick) =>
    onEach((engine) =>
      historySection({
        engine,
        decisions: quick ? 50_000 : 200_000,
        connections: 8,
        warmSeconds: quick ? 2 : 5,
        rounds: quick ? 7 : 15,
        seconds: 1,
      }),
    ),
  memory: (quick) =>
    onEach((engine) => memorySection({ engine, policies: 1_000, connections: 16, seconds: quick ? 60 : 600 })),
  corpora: () => corporaSection(),
  surface: () => Promise.resolve(surfaceSection()),
  proofs: () => proofsSection(),
  crash: (quick) =>
    onEach(async (engine) => [crashRow(await crashRounds({ engine, rounds: quick ? 3 : 50, connections: 16 }))]),
}

async function onEach(measure: (engine: Engine) => Promise<Row[]>): Promise<Row[]> {
  const rows: Row[] = []
  for (const engine of ENGINES) {
    const problem = engine === 'postgres' ? await postgresProblem() : undefined
    rows.push(...(problem === undefined ? await measure(engine) : [skippedRow('on PostgreSQL', problem)]))
  }
  return rows
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean', default: false }, markdown: { type: 'boolean', default: false } },
})
const known = Object.keys(sections)
const unknown = positionals.filter((name) => !known.includes(name))
if (unknown.length > 0) throw new Error(`Unknown section ${unknown.join(', ')}; known are ${known.join(', ')}.`)
const wanted = positionals.length > 0 ? positionals : known.filter((name) => name !== 'crash')

const rows: Row[] = []
for (const name of wanted) {
  process.stderr.write(`${name} …\n`)
  try {
    rows.push(...((await sections[name]?.(values.quick)) ?? []))
  } catch (error) {
    // The other sections are worth having; the run as a whole has failed.
    rows.push({
      name,
      reached: 'failed',
      goal: '',
      ok: false,
      note: error instanceof Error ? error.message : String(error),
    })
    process.exitCode = 1
  }
}
console.log(textTable(rows))
if (values.markdown) console.log(`\n${markdownTable(rows)}`)
