import type { ReactNode } from 'react'

export type Tone = 'good' | 'warn' | 'ask' | 'bad' | 'plain'

export function Badge({ tone = 'plain', children }: { readonly tone?: Tone; readonly children: ReactNode }): ReactNode {
  return <span className={`badge ${tone}`}>{children}</span>
}

const DECISION: Readonly<Record<string, { readonly tone: Tone; readonly word: string }>> = {
  allow: { tone: 'good', word: 'Allow' },
  warn: { tone: 'warn', word: 'Warn' },
  require_approval: { tone: 'ask', word: 'Approval' },
  block: { tone: 'bad', word: 'Block' },
}

export function DecisionBadge({ decision }: { readonly decision: string }): ReactNode {
  const { tone, word } = DECISION[decision] ?? { tone: 'plain' as const, word: decision }
  return <Badge tone={tone}>{word}</Badge>
}

export function riskTone(score: number): Tone {
  if (score >= 80) return 'bad'
  if (score >= 50) return 'warn'
  return 'good'
}

/** The number with a bar as long as it is high. */
export function Risk({ score }: { readonly score: number }): ReactNode {
  return (
    <span className={`risk ${riskTone(score)}`} title={`Risk ${score} of 100`}>
      <span className="sr-only">risk </span>
      <svg viewBox="0 0 24 4" width="24" height="4" aria-hidden="true">
        <rect width="24" height="4" rx="2" className="risk-track" />
        <rect width={Math.max(2, (24 * score) / 100)} height="4" rx="2" className="risk-bar" />
      </svg>
      <span className="number">{score}</span>
    </span>
  )
}
