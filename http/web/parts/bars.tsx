import type { ReactNode } from 'react'

interface ShareProps {
  /** 0 to 1. */
  readonly of: number
  readonly tone?: string
  readonly words: string
}

/** How much of a whole, with the words that say it. */
export function Share({ of, tone = 'plain', words }: ShareProps): ReactNode {
  return (
    <span className="share-of">
      <svg className={`share ${tone}`} viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
        <rect width="100" height="6" className="share-track" />
        <rect width={Math.max(of > 0 ? 1 : 0, Math.min(1, of) * 100)} height="6" className="share-bar" />
      </svg>
      <span className="number">{words}</span>
    </span>
  )
}

export interface Column {
  readonly name: string
  readonly value: number
  /** What a pointer is told. */
  readonly words: string
  readonly marked?: boolean
}

interface ColumnsProps {
  /** What somebody who does not see it is told; the figures themselves stand in a table beside it. */
  readonly label: string
  readonly columns: readonly Column[]
  readonly shown: (value: number) => string
}

const HEIGHT = 100
const GAP = 0.22

/** Columns over a line, as wide as there is room. Text stands outside of the picture, which is stretched. */
export function Columns({ label, columns, shown }: ColumnsProps): ReactNode {
  const top = niceTop(Math.max(...columns.map(({ value }) => value)))
  return (
    <figure className="columns">
      <div className="columns-scale number" aria-hidden="true">
        <span>{shown(top)}</span>
        <span>{shown(top / 2)}</span>
        <span>{shown(0)}</span>
      </div>
      <svg viewBox={`0 0 ${columns.length} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={label}>
        {[0, HEIGHT / 2, HEIGHT].map((y) => (
          <line key={y} x1="0" x2={columns.length} y1={y} y2={y} className="columns-line" />
        ))}
        {columns.map(({ name, value, words, marked }, n) => (
          <g key={name} className={marked ? 'column marked' : 'column'}>
            <title>{words}</title>
            <rect x={n} width="1" height={HEIGHT} className="column-room" />
            <rect
              x={n + GAP / 2}
              width={1 - GAP}
              y={HEIGHT * (1 - value / top)}
              height={(HEIGHT * value) / top}
              className="column-bar"
            />
          </g>
        ))}
      </svg>
      <figcaption className="columns-ends number" aria-hidden="true">
        <span>{columns[0]?.name}</span>
        <span>{columns.at(-1)?.name}</span>
      </figcaption>
    </figure>
  )
}

/** A round number that is not lower, whose half is round too. */
export function niceTop(highest: number): number {
  if (highest <= 0) return 1
  const power = 10 ** Math.floor(Math.log10(highest))
  return power * ([1, 2, 3, 4, 6, 8, 10].find((one) => one * power >= highest) ?? 10)
}
