/** `node http/bench/crash.ts [--rounds 50] [--engine postgres|embedded]`: kill -9 under load, both databases unless told. */
import { parseArgs } from 'node:util'
import { crashRounds, crashSentence } from './crash-rounds.ts'
import { postgresProblem, type Engine } from './databases.ts'
import { percentile, round } from './rows.ts'

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '50' }, engine: { type: 'string' } } })
const rounds = Number(values.rounds)
if (!Number.isInteger(rounds) || rounds < 1)
  throw new Error(`--rounds must be a number from 1 on, not ${values.rounds}`)
if (values.engine !== undefined && values.engine !== 'postgres' && values.engine !== 'embedded') {
  throw new Error(`--engine must be postgres or embedded, not ${values.engine}`)
}
const engines: readonly Engine[] = values.engine === undefined ? ['postgres', 'embedded'] : [values.engine]
for (const engine of engines) {
  const problem = engine === 'postgres' ? await postgresProblem() : undefined
  if (problem !== undefined) {
    console.log(`postgres: not run, ${problem}`)
    continue
  }
  const figures = await crashRounds({ engine, rounds, connections: 16 })
  console.log(`${crashSentence(figures)}; back in ${round(percentile(figures.restartMs, 0.5))} ms (median)`)
  if (figures.lost > 0 || figures.verified < figures.rounds) process.exitCode = 1
}
