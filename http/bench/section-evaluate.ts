import { benchEvaluate } from '#core/policies/evaluate.bench'
import { rivalRates } from './policy-rivals.ts'
import { factRow, ratioRow, round, skippedRow, type Row } from './rows.ts'

export interface EvaluatePlan {
  readonly sizes: readonly [small: number, middle: number, large: number]
  readonly roundMs: number
  readonly rounds: number
  readonly rivals: boolean
}

/** The pure evaluation in process: how it grows with policies, and against two policy engines from the registry. */
export async function evaluateSection({ sizes, roundMs, rounds, rivals }: EvaluatePlan): Promise<Row[]> {
  const rates = benchEvaluate(sizes, roundMs, rounds)
  const at = (size: number): number => rates.find(({ policies }) => policies === size)?.perSecond ?? Number.NaN
  const [small, medium, large] = sizes
  const rows = [
    ratioRow(`evaluate with ${large} policies / with ${small}`, at(large) / at(small), { least: 0.25 }),
    factRow(
      'evaluations a second',
      rates.map(({ policies, perSecond }) => `${round(perSecond)} at ${policies}`).join(', '),
    ),
  ]
  if (!rivals) return rows
  const measured = await rivalRates(medium, roundMs)
  if (typeof measured === 'string') return [...rows, skippedRow('evaluate against casbin and Microsoft', measured)]
  const [writ, ...others] = measured
  for (const { name, perSecond } of others) {
    const note = `${round(writ?.perSecond ?? Number.NaN)} against ${round(perSecond)} a second, same rules and answers`
    const times = (writ?.perSecond ?? Number.NaN) / perSecond
    rows.push(ratioRow(`evaluate with ${medium} policies / ${name}`, times, { least: 1000 }, note))
  }
  return rows
}
