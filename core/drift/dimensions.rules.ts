export const DIMENSIONS = [
  'tone',
  'task_scope',
  'tool_use',
  'cost',
  'duration',
  'success',
  'error_rate',
  'risk',
] as const
export type Dimension = (typeof DIMENSIONS)[number]

export const UNITS = ['share', 'usd', 'ms', 'words', 'index'] as const
export type Unit = (typeof UNITS)[number]

interface NumberMeasure {
  readonly kind: 'number'
  readonly dimension: Dimension
  readonly rate: boolean
  readonly floor: number
  readonly unit: Unit
  /** Back from the scale that is compared to the one that is shown. */
  readonly shown: (mean: number) => number
  readonly words: string
}

interface CategoryMeasure {
  readonly kind: 'category'
  readonly dimension: Dimension
  readonly words: string
}

const asIs = (mean: number): number => mean

/** Costs, times and lengths are compared by their logarithms, so what is shown is their geometric mean. */
const scaled = (dimension: Dimension, unit: Unit, words: string, by = 1): NumberMeasure => ({
  kind: 'number',
  dimension,
  rate: false,
  floor: 0.1,
  unit,
  shown: (mean) => Math.expm1(mean) / by,
  words,
})
const rate = (dimension: Dimension, words: string): NumberMeasure => ({
  kind: 'number',
  dimension,
  rate: true,
  floor: 0,
  unit: 'share',
  shown: asIs,
  words,
})
const index = (words: string, floor: number): NumberMeasure => ({
  kind: 'number',
  dimension: 'tone',
  rate: false,
  floor,
  unit: 'index',
  shown: asIs,
  words,
})
const category = (dimension: Dimension, words: string): CategoryMeasure => ({ kind: 'category', dimension, words })

/** What is measured, by the names that the sums have. */
export const MEASURES: Readonly<Record<string, NumberMeasure | CategoryMeasure>> = {
  'tone.length': scaled('tone', 'words', 'length of texts'),
  'tone.formality': index('formality of texts', 0.02),
  'tone.hedging': index('hedging in texts', 0.02),
  'tone.sentiment': index('sentiment of texts', 0.05),
  'tone.language': category('tone', 'texts'),
  task_scope: category('task_scope', 'tasks'),
  tool_use: category('tool_use', 'tool calls'),
  cost: scaled('cost', 'usd', 'cost of a task', 1e6),
  duration: scaled('duration', 'ms', 'duration of a task'),
  success: rate('success', 'success of tasks'),
  error_rate: rate('error_rate', 'failed tasks'),
  risk: { ...rate('risk', 'risk of acts'), rate: false, floor: 0.05 },
}
