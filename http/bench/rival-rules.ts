export interface Rule {
  readonly type: string
  readonly threshold: number
  /** null = every agent. */
  readonly agent: string | null
}

export interface Question {
  readonly agent: string
  readonly type: string
  readonly risk: number
}

const TYPES = ['deploy', 'security', 'migrate', 'apply', 'sync', 'api', 'config', 'build', 'fix', 'review']
const typeOf = (n: number): string => (n < 10 ? (TYPES[n] ?? 'fix') : `${TYPES[n % 10] ?? 'fix'}_${n % 500}`)

/** The n-th of the rules that every engine can say: from this risk on, this type of act is refused to this agent. */
export const ruleOf = (n: number): Rule => ({
  type: typeOf(n),
  threshold: 60 + (n % 41),
  agent: n < 10 || n % 3 === 0 ? null : `agent-${n % 700}`,
})

export const questionOf = (n: number): Question => ({
  agent: `agent-${(n * 13) % 700}`,
  type: n % 5 === 0 ? typeOf(10 + n) : (TYPES[n % 10] ?? 'fix'),
  risk: (n * 37) % 100,
})
