import type { ReactNode } from 'react'

interface SparkProps {
  readonly values: readonly number[]
  /** What somebody who does not see it is told, and a pointer too. */
  readonly label: string
}

const HEIGHT = 20
const GAP = 0.25

/** A column for each day, the newest at the right; what is very small still shows. */
export function Spark({ values, label }: SparkProps): ReactNode {
  const top = Math.max(...values)
  return (
    <svg
      className="spark"
      viewBox={`0 0 ${values.length} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      <title>{label}</title>
      <line x1="0" x2={values.length} y1={HEIGHT} y2={HEIGHT} className="spark-floor" />
      {values.map((value, n) => {
        const height = top <= 0 || value <= 0 ? 0 : Math.max(1.5, (HEIGHT * value) / top)
        return (
          <rect
            key={n}
            x={n + GAP / 2}
            width={1 - GAP}
            y={HEIGHT - height}
            height={height}
            className={n === values.length - 1 ? 'spark-bar last' : 'spark-bar'}
          />
        )
      })}
    </svg>
  )
}
